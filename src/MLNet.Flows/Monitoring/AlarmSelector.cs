using Microsoft.ML;
using Microsoft.ML.Data;

namespace MLNet.Flows.Monitoring;

/// <summary>Reads the p-values of scored rows once and selects alarms.</summary>
internal static class AlarmSelector
{
    public static AlarmSelection Select(
        MLContext context, IDataView scored, double falseDiscoveryRate, string pValue, string qValue, string predictedLabel)
    {
        (float[] pValues, long missing) = PValueColumn.Read(scored, pValue);
        var qValues = new QValues(pValues);
        int alarms = qValues.CountUpTo(falseDiscoveryRate);
        double threshold = qValues.Largest(alarms);

        SchemaDefinition input = SchemaDefinition.Create(typeof(Tested)), output = SchemaDefinition.Create(typeof(Selected));
        input[nameof(Tested.PValue)].ColumnName = pValue;
        output[nameof(Selected.QValue)].ColumnName = qValue;
        output[nameof(Selected.IsAlarm)].ColumnName = predictedLabel;
        void Map(Tested row, Selected result)
        {
            result.QValue = qValues.Of(row.PValue);
            result.IsAlarm = !(row.PValue > threshold) && (alarms > 0 || float.IsNaN(row.PValue));
        }

        IEstimator<ITransformer> mapping =
            context.Transforms.CustomMapping((Action<Tested, Selected>)Map, contractName: null, input, output);
        return new AlarmSelection
        {
            Rows = mapping.Fit(scored).Transform(scored),
            FalseDiscoveryRate = falseDiscoveryRate,
            RowCount = pValues.Length + missing,
            AlarmCount = alarms,
            MissingCount = missing,
            Threshold = threshold,
        };
    }

    private sealed class Tested
    {
        public float PValue { get; set; }
    }

    private sealed class Selected
    {
        public float QValue { get; set; }

        public bool IsAlarm { get; set; }
    }
}
