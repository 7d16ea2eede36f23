namespace Serving;

/// <summary>What the selection of alarms adds to a row.</summary>
internal sealed class SelectedRow
{
    public float QValue { get; set; }

    public bool PredictedLabel { get; set; }
}
