using Microsoft.ML;
using Microsoft.ML.Data;
using MLNet.Flows.Tests.EndToEnd;

namespace MLNet.Flows.Tests.Docs;

/// <summary>The code of docs/how-to/alarms.md, as it stands there.</summary>
public sealed class AlarmsPageTests
{
    [Fact]
    public void Page_FromAlarmsToDrift_RunsAsItStands()
    {
        string folder = Directory.CreateTempSubdirectory().FullName, path = Path.Combine(folder, "strict.zip");
        var mlContext = new MLContext(seed: 1);
        IDataView train = Rows.View(mlContext, Rows.Normal(500, 2));
        IDataView today = Rows.View(mlContext, [.. Rows.Normal(200, 2), [9, 9]]);
        IDataView freshNormalRows = Rows.View(mlContext, Rows.Normal(400, 2));
        IDataView newRows = Rows.View(mlContext, Rows.Normal(50, 2));
        ITransformer model = mlContext.Flows.PlanarFlow(contamination: 0).Fit(train);

        AlarmSelection selection = mlContext.Flows.SelectAlarms(model.Transform(today), falseDiscoveryRate: 0.1);
        foreach (bool alarm in selection.Rows.GetColumn<bool>("PredictedLabel"))
            Console.WriteLine(alarm);

        ITransformer recalibrated = model.Recalibrate(freshNormalRows);
        ITransformer strict = recalibrated.WithFalseAlarmRate(0.001);
        mlContext.Model.Save(strict, train.Schema, path);
        Assert.Equal(0.001, mlContext.Model.Load(path, out _).FindFlow().FalseAlarmRate);
        Directory.Delete(folder, recursive: true);

        DriftReport report = mlContext.Flows.CheckDrift(recalibrated, today);
        Console.WriteLine($"{report.IsDrift}: {report.AlarmRate:P1} alarms, most moved: {report.Features[0].Name}");

        var monitor = new DriftMonitor(significance: 0.01);
        monitor.Calibrate(model.Transform(freshNormalRows).GetColumn<float>("PValue"));
        if (monitor.Watch(model.Transform(newRows).GetColumn<float>("PValue")))
            Console.WriteLine($"Rows have changed since about row {monitor.AlarmRow}.");

        Assert.True(selection.AlarmCount > 0 && selection.Rows.GetColumn<bool>("PredictedLabel").Last());
        Assert.Equal(50, monitor.RowCount);
    }
}
