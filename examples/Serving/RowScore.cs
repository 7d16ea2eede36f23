namespace Serving;

/// <summary>The columns that a flow adds.</summary>
internal sealed class RowScore
{
    public float LogLikelihood { get; set; }

    public float Score { get; set; }

    public float PValue { get; set; }

    public bool PredictedLabel { get; set; }
}
