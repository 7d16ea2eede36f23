namespace MLNet.Flows.Estimators;

/// <summary>Everything that is wrong with a set of options, to be reported at once.</summary>
internal sealed class OptionFaults
{
    private readonly List<string> _faults = [];

    public void Add(string fault) => _faults.Add(fault);

    public void Range(string name, double value, double minimum, double maximum)
    {
        if (!(value >= minimum && value <= maximum))
            Add(FormattableString.Invariant($"{name} is {value}, but it is in [{minimum}, {maximum}]."));
    }

    public void LearningRate(double value)
    {
        if (!(value is > 0 and <= 1))
            Add(FormattableString.Invariant($"LearningRate is {value}, but it is above 0 and at most 1."));
    }

    /// <summary>Each layer has 1 to so many units.</summary>
    public void Units(string name, int[] units, int maximum)
    {
        for (int i = 0; i < units.Length; i++)
            Range($"{name}[{i}]", units[i], 1, maximum);
    }

    /// <exception cref="ArgumentException">There is a fault; all are listed.</exception>
    public void ThrowIfAny(string flow)
    {
        if (_faults.Count > 0)
            throw new ArgumentException(
                $"The options of {flow} have {_faults.Count} fault{(_faults.Count > 1 ? "s" : "")}: {string.Join(" ", _faults)}");
    }
}
