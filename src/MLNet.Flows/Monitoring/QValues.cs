namespace MLNet.Flows.Monitoring;

/// <summary>Q-values of a set of p-values: for each, the smallest false discovery rate at which it would be selected.</summary>
/// <remarks>Benjamini and Hochberg 1995: with p_(1) to p_(m) ascending, q_(i) = min over j >= i of m p_(j) / j, at most 1. It is
/// a step function of the p-value alone, so that a row's q-value does not depend on where the row stands.</remarks>
internal sealed class QValues
{
    private readonly float[] _pValues;
    private readonly float[] _qValues;

    /// <param name="pValues">In [0, 1], in any order; sorted in place.</param>
    public QValues(float[] pValues)
    {
        Array.Sort(pValues);
        _pValues = pValues;
        _qValues = new float[pValues.Length];
        double smallest = 1;
        for (int i = pValues.Length - 1; i >= 0; i--)
        {
            smallest = Math.Min(smallest, pValues[i] * (double)pValues.Length / (i + 1));
            _qValues[i] = (float)(smallest + 0.0);
        }
    }

    /// <summary>Of a p-value that is among those of the set; NaN of NaN.</summary>
    public float Of(float pValue)
    {
        if (float.IsNaN(pValue))
            return float.NaN;
        int index = Array.BinarySearch(_pValues, pValue);
        return index >= 0 ? _qValues[index] : throw new ArgumentException(
            $"A row has the p-value {pValue}, which no row had when alarms were selected. Select them again where rows have "
            + "changed.");
    }

    /// <summary>How many q-values are at most the rate, as the single-precision numbers that they are shown as.</summary>
    public int CountUpTo(double rate)
    {
        int count = _qValues.Length;
        while (count > 0 && _qValues[count - 1] > (float)rate)
            count--;
        return count;
    }

    /// <summary>The largest of so many smallest p-values; 0 of none.</summary>
    public double Largest(int count) => count == 0 ? 0 : _pValues[count - 1];
}
