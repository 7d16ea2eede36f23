using System.Globalization;

namespace MLNet.Flows.Tool.Reports;

/// <summary>An axis: a range, what it measures, and where its marks are.</summary>
/// <param name="Low">Where it begins.</param>
/// <param name="High">Where it ends, above <paramref name="Low"/>.</param>
/// <param name="Label">What it measures, with the unit.</param>
internal sealed record Axis(double Low, double High, string Label)
{
    private const int FewestMarks = 4;

    /// <summary>An axis that has all finite values on it.</summary>
    public static Axis Around(IEnumerable<double> values, string label)
    {
        double[] finite = [.. values.Where(double.IsFinite)];
        if (finite.Length == 0)
            return new Axis(0, 1, label);
        (double low, double high) = (finite.Min(), finite.Max());
        double room = high > low ? 0.04 * (high - low) : Math.Max(1, Math.Abs(low)) * 0.1;
        return new Axis(low - room, high + room, label);
    }

    /// <summary>Where the value lies, 0 at the beginning and 1 at the end.</summary>
    public double Share(double value) => Math.Clamp((value - Low) / (High - Low), 0, 1);

    /// <summary>Multiples of 1, 2 or 5 times a power of ten.</summary>
    public IReadOnlyList<(double Value, string Text)> Marks()
    {
        double step = Math.Pow(10, Math.Floor(Math.Log10(High - Low)));
        while ((High - Low) / step < FewestMarks)
            step /= (step * Math.Pow(10, -Math.Floor(Math.Log10(step) + 1e-9))) switch { < 1.5 => 2, < 3 => 2, _ => 2.5 };
        var marks = new List<(double, string)>();
        for (double at = Math.Ceiling((Low / step) - 1e-9); at * step <= High + (1e-9 * step); at++)
        {
            double value = at * step;
            string format = step >= 1 && Math.Abs(value) < 1e9 ? "N0" : "G4";
            marks.Add((value, (Math.Abs(value) < 1e-9 * step ? 0 : value).ToString(format, CultureInfo.InvariantCulture)));
        }

        return marks;
    }
}
