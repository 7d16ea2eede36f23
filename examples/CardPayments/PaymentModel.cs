namespace CardPayments;

/// <summary>Payments whose truth is known: four habits, each with amounts, hours and categories of its own. A fraud has the
/// amount and hour of one payment and the shop, country or entry of others: each value is ordinary.</summary>
internal static class PaymentModel
{
    /// <summary>Values of all categories together.</summary>
    public const int OneHotCount = 14;

    public static readonly string[] Merchants = ["food", "fuel", "travel", "games", "books", "jewels"];
    public static readonly string[] Countries = ["home", "near", "far", "overseas"];
    public static readonly string[] Entries = ["chip", "phone", "online", "typed"];
    private static readonly Habit[] Habits =
    [
        // Weekly shopping, the way to work, holidays, evenings at the computer.
        new(0.45, 3.5, 0.6, 17, 2.0, [80, 8, 0, 0, 12, 0], [96, 4, 0, 0], [70, 30, 0, 0]),
        new(0.25, 4.1, 0.3, 8, 1.2, [10, 90, 0, 0, 0, 0], [85, 15, 0, 0], [90, 10, 0, 0]),
        new(0.12, 5.8, 0.8, 13, 3.5, [20, 10, 45, 0, 0, 25], [0, 20, 45, 35], [75, 20, 5, 0]),
        new(0.18, 2.6, 0.9, 21, 1.6, [5, 0, 5, 60, 30, 0], [70, 10, 0, 20], [0, 5, 90, 5]),
    ];

    public static Payment[] Draw(int count, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ =>
        {
            Habit habit = Habits[Pick([.. Habits.Select(each => each.Share)], random)];
            return Complete(new Payment
            {
                LogAmount = (float)(habit.Amount + habit.AmountSpread * Gaussian(random)),
                Hour = (float)(habit.Hour + habit.HourSpread * Gaussian(random)),
                Merchant = Merchants[Pick(habit.Merchants, random)],
                Country = Countries[Pick(habit.Countries, random)],
                Entry = Entries[Pick(habit.Entries, random)],
            });
        })];
    }

    /// <summary>Payments of which some are frauds: their categories come from other payments, and the combination has at most a
    /// thousandth of the probability that it would have by chance.</summary>
    public static Payment[] WithFrauds(Payment[] payments, double share, int seed)
    {
        var random = new Random(seed);
        Payment Any() => payments[random.Next(payments.Length)];
        return [.. payments.Select(payment =>
        {
            if (random.NextDouble() >= share)
                return payment;
            Payment fraud;
            do
            {
                fraud = Complete(new Payment
                {
                    LogAmount = payment.LogAmount,
                    Hour = payment.Hour,
                    Merchant = Any().Merchant,
                    Country = Any().Country,
                    Entry = Any().Entry,
                    Label = true,
                });
            }
            while (fraud.Truth > ByChance(fraud) - Math.Log(1000));
            return fraud;
        })];
    }

    private static Payment Complete(Payment payment)
    {
        payment.OneHot =
        [
            .. Merchants.Select(value => value == payment.Merchant ? 1f : 0),
            .. Countries.Select(value => value == payment.Country ? 1f : 0),
            .. Entries.Select(value => value == payment.Entry ? 1f : 0),
        ];
        payment.Truth = Math.Log(Habits.Sum(habit => habit.Share * Numbers(habit, payment) * Categories(habit, payment)));
        return payment;
    }

    // Were numbers and each category independent.
    private static double ByChance(Payment payment) =>
        Math.Log(Habits.Sum(habit => habit.Share * Numbers(habit, payment)))
        + Math.Log(Habits.Sum(habit => habit.Share * Share(habit.Merchants, Merchants, payment.Merchant)))
        + Math.Log(Habits.Sum(habit => habit.Share * Share(habit.Countries, Countries, payment.Country)))
        + Math.Log(Habits.Sum(habit => habit.Share * Share(habit.Entries, Entries, payment.Entry)));

    private static double Numbers(Habit habit, Payment payment) =>
        Normal(payment.LogAmount, habit.Amount, habit.AmountSpread) * Normal(payment.Hour, habit.Hour, habit.HourSpread);

    private static double Categories(Habit habit, Payment payment) =>
        Share(habit.Merchants, Merchants, payment.Merchant)
        * Share(habit.Countries, Countries, payment.Country)
        * Share(habit.Entries, Entries, payment.Entry);

    private static double Share(double[] percent, string[] names, string name) => percent[Array.IndexOf(names, name)] / 100;

    private static double Normal(double x, double mean, double spread) =>
        Math.Exp(-0.5 * Math.Pow((x - mean) / spread, 2)) / (spread * Math.Sqrt(2 * Math.PI));

    private static int Pick(double[] shares, Random random)
    {
        double u = random.NextDouble() * shares.Sum();
        int i = 0;
        while (i < shares.Length - 1 && (u -= shares[i]) >= 0)
            i++;
        return i;
    }

    private static double Gaussian(Random random) =>
        Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());

    private sealed record Habit(
        double Share, double Amount, double AmountSpread, double Hour, double HourSpread, double[] Merchants,
        double[] Countries, double[] Entries);
}
