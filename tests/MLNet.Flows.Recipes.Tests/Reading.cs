namespace MLNet.Flows.Recipes.Tests;

/// <summary>One reading of a pump.</summary>
public sealed class Reading
{
    public float Minute { get; set; }

    public float Speed { get; set; }

    public float Temperature { get; set; }

    public float Pressure { get; set; }
}
