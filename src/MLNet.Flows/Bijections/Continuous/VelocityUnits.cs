namespace MLNet.Flows.Bijections.Continuous;

/// <summary>Where the hidden units of a velocity field, their slopes and what its divergence needs lie in a buffer, for a block
/// or a row.</summary>
/// <remarks>Each is as many floats as its layer has outputs, rounded up to whole vectors of 16, times the rows.</remarks>
internal readonly unsafe struct VelocityUnits
{
    /// <param name="field">The field.</param>
    /// <param name="rows">64 or 1.</param>
    /// <param name="start">With <see cref="Columns"/> x rows floats behind it.</param>
    public VelocityUnits(VelocityField field, int rows, float* start)
    {
        FirstLength = field.Input.PaddedOutputs * rows;
        SecondLength = (field.Hidden?.PaddedOutputs ?? 0) * rows;
        First = start;
        FirstSlopes = First + FirstLength;
        Second = FirstSlopes + FirstLength;
        SecondSlopes = Second + SecondLength;
        Trace = SecondSlopes + SecondLength;
        Shift = field.Context is null ? null : Trace + SecondLength;
    }

    /// <summary>Values of the first hidden layer.</summary>
    public int FirstLength { get; }

    /// <summary>Values of the second; 0 where there is none.</summary>
    public int SecondLength { get; }

    public float* First { get; }

    public float* FirstSlopes { get; }

    public float* Second { get; }

    public float* SecondSlopes { get; }

    /// <summary>M times the first slopes.</summary>
    public float* Trace { get; }

    /// <summary>What the context adds to the first layer's sums; null where there is none.</summary>
    public float* Shift { get; }

    /// <summary>Floats per row.</summary>
    public static int Columns(VelocityField field) =>
        (field.Context is null ? 2 : 3) * field.Input.PaddedOutputs + 3 * (field.Hidden?.PaddedOutputs ?? 0);
}
