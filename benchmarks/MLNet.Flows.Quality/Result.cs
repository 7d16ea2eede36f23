namespace MLNet.Flows.Quality;

/// <summary>One method on one set with one seed.</summary>
internal sealed record Result(string Setting, string Set, string Method, int Seed, double Auroc, double Auprc, double Seconds)
{
    public const string Header = "setting,set,method,seed,auroc,auprc,seconds";

    public override string ToString() =>
        FormattableString.Invariant($"{Setting},{Set},{Method},{Seed},{Auroc:F6},{Auprc:F6},{Seconds:F3}");
}
