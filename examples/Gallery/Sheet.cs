using ScottPlot;
using SkiaSharp;

namespace Gallery;

/// <summary>A picture of square cells: in each of its rows densities, and samples below them.</summary>
internal sealed class Sheet : IDisposable
{
    /// <summary>Pixels along each side of a cell.</summary>
    public const int Side = 150;

    private const int Gap = 6;
    private const int Left = 70;
    private const int Top = 64;
    private const int Label = 28;
    private const int RowHeight = Label + 2 * (Side + Gap) + Gap;

    private readonly SKSurface _surface;

    public Sheet(int columns, int rows)
    {
        _surface = SKSurface.Create(new SKImageInfo(Left + columns * (Side + Gap), Top + rows * RowHeight));
        _surface.Canvas.Clear(SKColors.White);
    }

    public void ColumnHead(int column, string text) => Text(text, X(column) + Side / 2, Top / 2, rotation: 0);

    public void RowHead(int row, string text) => Text(text, Left / 2, Y(row) + Side + Gap / 2, rotation: -90);

    /// <summary>A density from 0 (dark) to <paramref name="highest"/> (bright), with a label above, and points below.</summary>
    /// <param name="density">[Side, Side], rows upwards.</param>
    /// <param name="points">[n, 2].</param>
    public void Cell(
        int row, int column, string label, double[,] density, double highest, ReadOnlySpan<float> points, CoordinateRect area)
    {
        Text(label, X(column) + Side / 2, Y(row) - Label / 2, rotation: 0);

        Plot upper = Frameless(area);
        ScottPlot.Plottables.Heatmap map = upper.Add.Heatmap(density);
        map.Rectangle = area;
        map.FlipVertically = true;
        map.Colormap = new ScottPlot.Colormaps.Viridis();
        map.ManualRange = new ScottPlot.Range(0, highest);
        upper.Render(_surface.Canvas, Square(X(column), Y(row)));

        Plot lower = Frameless(area);
        var dots = new Coordinates[points.Length / 2];
        for (int i = 0; i < dots.Length; i++)
            dots[i] = new Coordinates(points[2 * i], points[2 * i + 1]);
        lower.Add.Markers(dots, MarkerShape.FilledCircle, 1.5f, Color.FromHex("#0072B2").WithAlpha(0.6));
        lower.Render(_surface.Canvas, Square(X(column), Y(row) + Side + Gap));
    }

    public void SavePng(string path)
    {
        using SKImage image = _surface.Snapshot();
        using SKData png = image.Encode(SKEncodedImageFormat.Png, quality: 100);
        using FileStream file = File.Create(path);
        png.SaveTo(file);
    }

    public void Dispose() => _surface.Dispose();

    private static int X(int column) => Left + column * (Side + Gap);

    private static int Y(int row) => Top + Label + row * RowHeight;

    private static PixelRect Square(float left, float top) => new(left, left + Side, top + Side, top);

    private static Plot Frameless(CoordinateRect area)
    {
        var plot = new Plot();
        plot.Layout.Frameless();
        plot.HideGrid();
        plot.RenderManager.ClearCanvasBeforeEachRender = false;
        plot.DataBackground.Color = Color.FromHex("#F4F4F4");
        plot.Axes.SetLimits(area);
        return plot;
    }

    private void Text(string text, float x, float y, float rotation)
    {
        using var paint = Paint.NewDisposablePaint();
        var label = new LabelStyle { Text = text, FontSize = 18, Alignment = Alignment.MiddleCenter, Rotation = rotation };
        label.Render(_surface.Canvas, new Pixel(x, y), paint);
    }
}
