using System.CommandLine;
using Microsoft.ML;
using MLNet.Flows.Tool.Models;
using MLNet.Flows.Tool.Output;

namespace MLNet.Flows.Tool.Commands;

/// <summary>mlflows export-onnx: the whole model as an ONNX graph, for programs that do not run .NET.</summary>
internal static class ExportOnnxCommand
{
    public static Command Create(Shell shell)
    {
        Argument<string> model = CommonOptions.Model();
        Option<string> output = CommonOptions.Out("The ONNX file to write.");
        Option<bool> force = CommonOptions.Force();
        Option<bool> json = CommonOptions.Json();
        var command = new Command("export-onnx", "Write a model as an ONNX graph.") { model, output, force, json };
        command.SetAction(parsed =>
        {
            using var file = new NewFile(parsed.GetRequiredValue(output), parsed.GetValue(force));
            var mlContext = new MLContext(seed: 1);
            ModelFile loaded = ModelFile.Load(mlContext, parsed.GetRequiredValue(model));
            file.Write(path =>
            {
                using FileStream stream = File.Create(path);
                mlContext.Model.ConvertToOnnx(loaded.Model, new NoRows(loaded.InputSchema), stream);
            });
            string[] inputs = [.. loaded.InputSchema.Where(column => !column.IsHidden).Select(column => column.Name)];
            if (parsed.GetValue(json))
                Json.Write(shell.Output, new { Inputs = inputs });
            else
                shell.SummaryOf(file).WriteLine($"{file.Path}: an ONNX graph of the inputs {string.Join(", ", inputs)}.");
            return ExitCode.Success;
        });
        return command;
    }
}
