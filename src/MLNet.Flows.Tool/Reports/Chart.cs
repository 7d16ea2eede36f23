using System.Globalization;
using System.Text;

namespace MLNet.Flows.Tool.Reports;

/// <summary>A chart as inline SVG: axes with marks, bars and lines. 400 units wide, which a narrow screen shows one to
/// one.</summary>
internal sealed class Chart
{
    private const double Width = 400;
    private const double Height = 250;
    private const double Left = 50;
    private const double Right = 12;
    private const double Top = 26;
    private const double Bottom = 40;

    private readonly StringBuilder _marks = new();
    private readonly List<(string Style, string Name)> _legend = [];
    private readonly string _title;
    private readonly Axis _x;
    private readonly Axis _y;

    /// <param name="title">What it shows, for those who do not see it.</param>
    /// <param name="x">To the right.</param>
    /// <param name="y">Upward.</param>
    public Chart(string title, Axis x, Axis y)
    {
        (_title, _x, _y) = (title, x, y);
    }

    /// <summary>Bars side by side that stand on the x-axis.</summary>
    /// <param name="style">A class of the page's style sheet.</param>
    /// <param name="name">In the legend.</param>
    /// <param name="edges">One more than heights.</param>
    /// <param name="heights">Of the bars.</param>
    public Chart Bars(string style, string name, IReadOnlyList<double> edges, IReadOnlyList<double> heights)
    {
        _legend.Add((style, name));
        for (int i = 0; i < heights.Count; i++)
        {
            (double left, double right, double top) = (X(edges[i]), X(edges[i + 1]), Y(heights[i]));
            _marks.Append(CultureInfo.InvariantCulture, $"<rect class=\"{style}\" x=\"{left:F1}\" y=\"{top:F1}\" ")
                .Append(CultureInfo.InvariantCulture, $"width=\"{Math.Max(0, right - left):F1}\" ")
                .Append(CultureInfo.InvariantCulture, $"height=\"{Y(_y.Low) - top:F1}\"/>");
        }

        return this;
    }

    /// <summary>A line through points; those that are not finite are left out.</summary>
    public Chart Line(string style, string name, IEnumerable<(double X, double Y)> points)
    {
        _legend.Add((style, name));
        string path = string.Join(' ', points.Where(point => double.IsFinite(point.X) && double.IsFinite(point.Y))
            .Select(point => string.Create(CultureInfo.InvariantCulture, $"{X(point.X):F1},{Y(point.Y):F1}")));
        _marks.Append(CultureInfo.InvariantCulture, $"<polyline class=\"{style}\" points=\"{path}\"/>");
        return this;
    }

    public override string ToString()
    {
        var svg = new StringBuilder();
        svg.Append(CultureInfo.InvariantCulture, $"<svg role=\"img\" viewBox=\"0 0 {Width} {Height}\">")
            .Append(CultureInfo.InvariantCulture, $"<title>{Page.Text(_title)}</title>");
        foreach ((double value, string text) in _x.Marks())
        {
            svg.Append(CultureInfo.InvariantCulture, $"<line class=\"grid\" x1=\"{X(value):F1}\" x2=\"{X(value):F1}\" ")
                .Append(CultureInfo.InvariantCulture, $"y1=\"{Top}\" y2=\"{Height - Bottom}\"/>")
                .Append(CultureInfo.InvariantCulture, $"<text x=\"{X(value):F1}\" y=\"{Height - Bottom + 14}\" ")
                .Append(CultureInfo.InvariantCulture, $"text-anchor=\"middle\">{text}</text>");
        }

        foreach ((double value, string text) in _y.Marks())
        {
            svg.Append(CultureInfo.InvariantCulture, $"<line class=\"grid\" x1=\"{Left}\" x2=\"{Width - Right}\" ")
                .Append(CultureInfo.InvariantCulture, $"y1=\"{Y(value):F1}\" y2=\"{Y(value):F1}\"/>")
                .Append(CultureInfo.InvariantCulture, $"<text x=\"{Left - 5}\" y=\"{Y(value) + 4:F1}\" ")
                .Append(CultureInfo.InvariantCulture, $"text-anchor=\"end\">{text}</text>");
        }

        svg.Append(_marks)
            .Append(CultureInfo.InvariantCulture, $"<text x=\"{(Left + Width - Right) / 2}\" y=\"{Height - 6}\" ")
            .Append(CultureInfo.InvariantCulture, $"text-anchor=\"middle\">{Page.Text(_x.Label)}</text>")
            .Append(CultureInfo.InvariantCulture, $"<text class=\"y\" x=\"2\" y=\"11\">{Page.Text(_y.Label)}</text>");
        if (_legend.Count > 1)
            AppendLegend(svg);
        return svg.Append("</svg>").ToString();
    }

    private void AppendLegend(StringBuilder svg)
    {
        // A digit or a letter is about 6.2 units wide.
        double x = Width - Right;
        foreach ((string style, string name) in Enumerable.Reverse(_legend))
        {
            x -= 6.2 * name.Length;
            svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{x:F1}\" y=\"11\">{Page.Text(name)}</text>")
                .Append(CultureInfo.InvariantCulture, $"<rect class=\"key {style}\" x=\"{x - 13:F1}\" ")
                .Append("y=\"2\" width=\"9\" height=\"9\"/>");
            x -= 22;
        }
    }

    private double X(double value) => Left + (_x.Share(value) * (Width - Left - Right));

    private double Y(double value) => Height - Bottom - (_y.Share(value) * (Height - Top - Bottom));
}
