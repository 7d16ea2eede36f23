using System.Globalization;

namespace MLNet.Flows.Tool.Tests;

/// <summary>Made-up payments: an amount that goes with the shop, an hour, and a flag.</summary>
internal static class Payments
{
    public const string Header = "id,amount,shop,hour,online";

    /// <summary>Rows below the line of names.</summary>
    public static IEnumerable<string> Rows(int count, int seed = 1)
    {
        var random = new Random(seed);
        for (int i = 0; i < count; i++)
        {
            int shop = random.Next(3);
            double noise = Enumerable.Range(0, 12).Sum(_ => random.NextDouble()) - 6;
            double amount = 10 * (shop + 1) + noise;
            yield return string.Create(
                CultureInfo.InvariantCulture,
                $"{i},{amount:F3},{"books food fuel".Split(' ')[shop]},{random.Next(24)},{(shop == 0 ? "true" : "false")}");
        }
    }

    public static string WriteTo(Workspace folder, string name = "payments.csv", int count = 600, int seed = 1) =>
        folder.Write(name, Rows(count, seed).Prepend(Header));
}
