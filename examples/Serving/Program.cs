using Serving;

// train FILE [SEED] writes a model; otherwise one is served: --model FILE --urls http://127.0.0.1:5080 --poll SECONDS.
if (args is ["train", var target, ..])
{
    Training.Run(target, args.Length > 2 ? int.Parse(args[2]) : 1);
    Console.WriteLine($"Trained {Path.GetFullPath(target)}.");
    return 0;
}

WebApplicationBuilder builder = WebApplication.CreateBuilder(args);
string? path = builder.Configuration["model"], rows = null;
if (path is null)
{
    path = Path.Combine(AppContext.BaseDirectory, "model.zip");
    rows = "[[53, 0, 82, 0, 52, -5, 29, 30, 2], [50, 21, 77, 0, null, 0, 27, 48, 22]]";
    Console.WriteLine("No --model was given: training a small one on rows of the space shuttle.");
    Training.Run(path, seed: 1);
}

ServedModel model;
try
{
    model = new ServedModel(path);
}
catch (Exception error)
{
    Console.Error.WriteLine($"{Path.GetFullPath(path)} cannot be served: {error.GetBaseException().Message}");
    return 1;
}

if (string.IsNullOrEmpty(builder.Configuration["urls"]))
    builder.WebHost.UseUrls("http://127.0.0.1:5080");
builder.WebHost.ConfigureKestrel(kestrel => kestrel.Limits.MaxRequestBodySize = RequestRows.MaximumBytes);
builder.Logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning);
builder.Services.AddProblemDetails();
var poll = TimeSpan.FromSeconds(builder.Configuration.GetValue("poll", 2.0));
builder.Services.AddSingleton(
    services => new ModelStore(path, model, poll, services.GetRequiredService<ILogger<ModelStore>>()));
builder.Services.AddHostedService(services => services.GetRequiredService<ModelStore>());

WebApplication app = builder.Build();
app.UseExceptionHandler();
app.UseStatusCodePages();
app.Use(async (context, next) =>
{
    try
    {
        await next(context);
    }
    catch (BadHttpRequestException error) when (!context.Response.HasStarted)
    {
        await Results.Problem(error.Message, statusCode: error.StatusCode).ExecuteAsync(context);
    }
});
app.MapScoring();
app.MapOperations();
rows ??= $"[[{string.Join(", ", Enumerable.Repeat(0, model.FeatureCount))}]]";
app.Lifetime.ApplicationStarted.Register(() => Console.WriteLine($"Try: curl {app.Urls.First()}/score --json '{rows}'"));
app.Run();
return 0;
