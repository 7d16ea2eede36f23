using MLNet.Flows.Distributions;

namespace MLNet.Flows.Transformers;

/// <summary>The row under a cursor, as the flow's getters see it.</summary>
internal interface IFlowRow
{
    /// <summary>log p(x), and what rows are ranked by.</summary>
    RowScore Score();

    /// <summary>x, dense; valid until the cursor moves.</summary>
    ReadOnlySpan<float> Features();

    /// <summary>The codes of the row's categories; empty where it has none. Valid until the cursor moves.</summary>
    ReadOnlySpan<int> Categories();

    /// <summary>What the row is given, dense; empty where it is given nothing. Valid until the cursor moves.</summary>
    ReadOnlySpan<float> Context();
}
