using Microsoft.ML.Data;

namespace CardPayments;

/// <summary>One payment by card.</summary>
public sealed class Payment
{
    /// <summary>The natural logarithm of the amount.</summary>
    public float LogAmount { get; set; }

    /// <summary>The hour of the day; above 24 after midnight.</summary>
    public float Hour { get; set; }

    /// <summary>What the shop sells.</summary>
    public string Merchant { get; set; } = "";

    /// <summary>Where it is.</summary>
    public string Country { get; set; } = "";

    /// <summary>How the card was read.</summary>
    public string Entry { get; set; } = "";

    /// <summary>The same categories as numbers, one for each value, for comparison.</summary>
    [VectorType(PaymentModel.OneHotCount)]
    public float[] OneHot { get; set; } = [];

    /// <summary>The logarithm of the true density, in nats; of honest payments alone.</summary>
    public double Truth { get; set; }

    /// <summary>Whether it is a fraud.</summary>
    public bool Label { get; set; }
}
