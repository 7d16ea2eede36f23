using System.IO.Compression;
using Microsoft.ML;
using Microsoft.ML.Data;
using ScottPlot;

namespace MLNet.Flows.Plotting.Tests.Docs;

/// <summary>The README's snippets after the first, word for word and run; a test of MLNet.Flows.Tests compares the two.</summary>
public sealed class ReadmeSnippets
{
    [Fact]
    public void Snippets_InReadme_Run()
    {
        var mlContext = new MLContext(1);
        var random = new Random(1);
        IDataView data = mlContext.Data.LoadFromEnumerable(Enumerable.Range(0, 300).Select(i => new Reading
        {
            Temperature = 20 + (float)random.NextDouble(),
            Pressure = 1000 + 10 * (float)random.NextDouble(),
            Label = i % 20 == 0 ? 1 : 0,
        }).ToArray());
        TransformerChain<PlanarFlowTransformer> model = mlContext.Transforms.Concatenate("Features", "Temperature", "Pressure")
            .Append(mlContext.Flows.PlanarFlow()).Fit(data);
        IDataView scored = model.Transform(data);
        string directory = Directory.GetCurrentDirectory();
        string work = Directory.CreateTempSubdirectory("snippets").FullName;
        try
        {
            Directory.SetCurrentDirectory(work);

            ITransformer strict = model.WithFalseAlarmRate(0.001);
            FlowTransformer flow = strict.FindFlow();                  // in a chain at any depth, fitted or loaded

            IDataView drawn = mlContext.Flows.Sample(model, rows: 1000, seed: 1);
            var strange = new Reading { Temperature = 20, Pressure = 1100 };
            foreach (FeatureContribution feature in mlContext.Flows.Explain(model, strange, numberOfFeatures: 3))
                Console.WriteLine($"{feature.Name} = {feature.Value} adds {feature.Contribution:F1} nats");

            model.LastTransformer.PlotDensity(scored).SavePng("density.png", 700, 600);
            model.LastTransformer.History.PlotTraining().SavePng("training.png", 600, 400);
            scored.PlotLogLikelihood().SavePng("log-likelihood.png", 700, 450);
            mlContext.Flows.Evaluate(scored).PlotRoc().SavePng("roc.png", 500, 450);

            Assert.Equal(0.001, flow.FalseAlarmRate);
            Assert.Equal(1000, drawn.GetColumn<float>("LogLikelihood").Count());
            Assert.Equal(4, Directory.GetFiles(work, "*.png").Length);
        }
        finally
        {
            Directory.SetCurrentDirectory(directory);
            Directory.Delete(work, recursive: true);
        }
    }

    [Fact]
    public void Load_DamagedModel_IsCaughtAsInReadme()
    {
        var mlContext = new MLContext(1);
        IDataView data = mlContext.Data.LoadFromEnumerable(
            Enumerable.Range(0, 50).Select(i => new Reading { Temperature = i, Pressure = i % 7 }));
        string path = Path.GetTempFileName();
        mlContext.Model.Save(
            mlContext.Transforms.Concatenate(
                "Features",
                "Temperature",
                "Pressure").Append(mlContext.Flows.PlanarFlow(contamination: 0)).Fit(data), data.Schema, path);
        Assert.NotNull(Load(path));
        using (ZipArchive zip = ZipFile.Open(path, ZipArchiveMode.Update))
        {
            ZipArchiveEntry largest = zip.Entries.MaxBy(entry => entry.Length)!;
            long middle = largest.Length / 2;
            using Stream stream = largest.Open();
            stream.Position = middle;
            int value = stream.ReadByte();
            stream.Position--;
            stream.WriteByte((byte)(value ^ 4));
        }

        Assert.Contains(
            "The model is damaged: its checksum does not match.", Assert.Throws<InvalidDataException>(() => Load(path)).Message);

        // Half a download: the zip itself cannot be opened.
        byte[] whole = File.ReadAllBytes(path);
        foreach (int length in (int[])[0, 100, whole.Length / 2, whole.Length - 10])
        {
            File.WriteAllBytes(path, whole[..length]);
            Assert.Contains("cannot be loaded", Assert.Throws<InvalidDataException>(() => Load(path)).Message);
        }

        File.Delete(path);

        ITransformer Load(string path)
        {
            try
            {
                return mlContext.Model.Load(path, out _);
            }
            catch (Exception error) when (error is FormatException
                || error.GetBaseException() is FormatException or InvalidDataException or EndOfStreamException)
            {
                throw new InvalidDataException($"'{path}' cannot be loaded: {error.GetBaseException().Message}", error);
            }
        }
    }

    private sealed class Reading
    {
        public float Temperature { get; set; }

        public float Pressure { get; set; }

        public float Label { get; set; }
    }
}
