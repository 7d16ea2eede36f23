namespace HourlyLoad;

/// <summary>Hourly load of a town whose truth is known: two peaks on a working day, a flat weekend, and a spread that is four
/// times as wide in the evening as at night.</summary>
internal static class LoadModel
{
    private const int Day = 24;
    private const int Week = 7 * Day;

    /// <summary>The usual load of an hour of the week, in MW.</summary>
    public static double Mean(int hour)
    {
        double time = hour % Day;
        return IsWeekend(hour)
            ? 42 + 10 * Peak(time, 13, 4)
            : 40 + 26 * Peak(time, 8.5, 1.8) + 34 * Peak(time, 18.5, 2.6);
    }

    /// <summary>Its standard deviation, in MW.</summary>
    public static double Spread(int hour) => 1.2 + 3.6 * Peak(hour % Day, 18, 3.5) * (IsWeekend(hour) ? 0.6 : 1);

    /// <summary>Consecutive hours from the first on.</summary>
    public static HourReading[] Draw(int hours, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, hours).Select(hour =>
        {
            double e = Gaussian(random), spread = Spread(hour);
            return new HourReading
            {
                Hour = hour,
                Features = [(float)(Mean(hour) + spread * e)],
                When = When(hour),
                Truth = -0.5 * e * e - 0.5 * Math.Log(2 * Math.PI) - Math.Log(spread),
            };
        })];
    }

    /// <summary>Exchanges loads between hours half a day apart, here and there: values that are ordinary, at the wrong
    /// time.</summary>
    public static HourReading[] WithExchanges(HourReading[] hours, int seed)
    {
        var random = new Random(seed);
        for (int i = 0; i + 12 < hours.Length; i += 40 + random.Next(60))
        {
            // Exchanged loads that are alike are nothing strange.
            if (Math.Abs(Mean(i) - Mean(i + 12)) < 12)
                continue;
            (hours[i].Features, hours[i + 12].Features) = (hours[i + 12].Features, hours[i].Features);
            hours[i].Label = hours[i + 12].Label = true;
        }

        return hours;
    }

    private static float[] When(int hour)
    {
        double angle = 2 * Math.PI * (hour % Day) / Day;
        return
        [
            (float)Math.Sin(angle), (float)Math.Cos(angle),
            (float)Math.Sin(2 * angle), (float)Math.Cos(2 * angle),
            (float)Math.Sin(3 * angle), (float)Math.Cos(3 * angle),
            IsWeekend(hour) ? 1 : 0,
        ];
    }

    private static bool IsWeekend(int hour) => hour % Week >= 5 * Day;

    private static double Peak(double time, double at, double width) => Math.Exp(-0.5 * Math.Pow((time - at) / width, 2));

    private static double Gaussian(Random random) =>
        Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}
