// How does it look in F#? Train, score, explain, save. F# does not see mlContext.Flows: the catalog is made by its constructor.
open System
open System.IO
open Microsoft.ML
open Microsoft.ML.Data
open MLNet.Flows

[<CLIMutable>]
type Reading =
    { [<LoadColumn(0, 8); VectorType(9)>]
      Features: float32[]
      [<LoadColumn(9)>]
      Label: float32 }

let mlContext = MLContext(seed = 1)
let flows = FlowsCatalog mlContext

let data =
    mlContext.Data.LoadFromTextFile<Reading>(Path.Combine(AppContext.BaseDirectory, "shuttle.csv"), ',', hasHeader = true)

let model = flows.PlanarFlow().Fit data
let scored = model.Transform data

printfn "%O" (flows.Evaluate scored)

let strangest =
    mlContext.Data.CreateEnumerable<Reading>(scored, reuseRowObject = false)
    |> Seq.zip (scored.GetColumn<float32> "Score")
    |> Seq.maxBy fst
    |> snd

for feature in flows.Explain(model, strangest, numberOfFeatures = 3) do
    printfn $"{feature.Name} = {feature.Value} adds {feature.Contribution:F0} nats"

mlContext.Model.Save(model, data.Schema, "model.zip")
printfn "Saved model.zip"
