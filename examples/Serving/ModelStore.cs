namespace Serving;

/// <summary>The model that is served, and its replacement by the file's new content. Thread-safe.</summary>
/// <remarks>A new model is loaded and tried beside the old one; then one reference changes. Requests take the reference once, so
/// that each is answered by one model. What cannot be loaded changes nothing but <see cref="LastFailure"/>.</remarks>
internal sealed class ModelStore(string path, ServedModel first, TimeSpan poll, ILogger<ModelStore> logger)
    : BackgroundService
{
    private readonly Lock _reloading = new();
    private volatile ServedModel _current = first;
    private volatile LoadFailure? _lastFailure;
    private volatile int _reloads;

    public ServedModel Current => _current;

    /// <summary>Why the file's present content is not served; null where it is.</summary>
    public LoadFailure? LastFailure => _lastFailure;

    /// <summary>Serves what the file holds now, where that is new and can be loaded.</summary>
    /// <returns>Whether the file's content is served.</returns>
    public bool Reload()
    {
        lock (_reloading)
        {
            string? hash = null;
            try
            {
                using (FileStream file = File.OpenRead(path))
                    hash = ServedModel.HashOf(file);
                if (hash != _current.Hash)
                {
                    _current = new ServedModel(path);
                    _reloads++;
                    logger.LogInformation("Serving {Model} of {File}.", _current.Hash, path);
                }

                _lastFailure = null;
            }
            catch (Exception error)
            {
                string message = error.GetBaseException().Message.ReplaceLineEndings(" ");
                if (_lastFailure?.Message != message || _lastFailure.File != hash)
                {
                    logger.LogError("{File} cannot be loaded, still serving {Model}: {Message}", path, _current.Hash, message);
                    _lastFailure = new LoadFailure(DateTime.UtcNow, hash, message);
                }
            }

            return _lastFailure is null;
        }
    }

    public ModelAnswer Describe()
    {
        ServedModel model = _current;
        return new ModelAnswer(
            model.Hash,
            Path.GetFullPath(path),
            model.FileTime,
            model.LoadedAt,
            model.FeatureCount,
            model.Flow.History.RowsUsed,
            model.Flow.FalseAlarmRate,
            _reloads,
            _lastFailure);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(poll);
        while (await timer.WaitForNextTickAsync(stoppingToken))
            Reload();
    }
}
