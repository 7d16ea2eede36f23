namespace MLNet.Flows.Quality.Detectors;

/// <summary>Learns from rows without labels and says how strange other rows are.</summary>
internal interface IDetector
{
    /// <returns>A score per test row; higher is stranger.</returns>
    double[] Score(float[][] train, float[][] test, int seed);
}
