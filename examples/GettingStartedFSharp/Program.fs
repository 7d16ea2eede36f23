open Microsoft.ML
open Microsoft.ML.Data
open MLNet.Flows

[<CLIMutable>]
type Reading =
    { [<LoadColumn(0)>]
      Speed: float32
      [<LoadColumn(1)>]
      Temperature: float32
      [<LoadColumn(2)>]
      Pressure: float32 }

let mlContext = MLContext(seed = 1)
let flows = FlowsCatalog mlContext
let csv = TextLoader.Options(Separators = [| ',' |], HasHeader = true, MissingRealsAsNaNs = true)
let readings = mlContext.Data.LoadFromTextFile<Reading>("readings.csv", csv)
let today = mlContext.Data.LoadFromTextFile<Reading>("today.csv", csv)

let model =
    EstimatorChain()
        .Append(mlContext.Transforms.Concatenate("Features", "Speed", "Temperature", "Pressure"))
        .Append(flows.PlanarFlow(contamination = 0.0))
        .Fit(readings)

let scored = model.Transform today
let rows = mlContext.Data.CreateEnumerable<Reading>(today, reuseRowObject = false)
let pValues = scored.GetColumn<float32> "PValue"
let alarms = scored.GetColumn<bool> "PredictedLabel"

for row, pValue, alarm in Seq.zip3 rows pValues alarms do
    printfn $"{row.Speed} rpm, {row.Temperature} °C, {row.Pressure} bar: p-value {pValue:G2}"

    if alarm then
        let why = flows.Explain(model, row, numberOfFeatures = 1)[0]

        if System.Single.IsNaN why.Value then
            printfn $"  ALARM: {why.Name} is missing"
        else
            printfn $"  ALARM: {why.Name} = {why.Value} adds {why.Contribution:F1} nats; likely is {why.Reference:F1}"

mlContext.Model.Save(model, readings.Schema, "pump.zip")
