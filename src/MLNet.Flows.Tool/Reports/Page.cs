using System.Globalization;
using System.Net;
using System.Text;

namespace MLNet.Flows.Tool.Reports;

/// <summary>One page of HTML that holds all it shows: it loads nothing, and is forbidden to.</summary>
internal sealed class Page
{
    private const string Style = """
        :root { color-scheme: light; }
        * { box-sizing: border-box; }
        body { margin: 0; font: 15px/1.45 system-ui, sans-serif; color: #1d2733; background: #f4f6f8; overflow-wrap: anywhere; }
        main { max-width: 1320px; margin: 0 auto; padding: 12px; }
        h1 { font-size: 1.4em; margin: 8px 0; }
        h2 { font-size: 1.1em; margin: 20px 0 8px; }
        h3 { font-size: 1em; margin: 0 0 4px; }
        p { margin: 4px 0; max-width: 75ch; }
        .cards { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 360px), 1fr)); gap: 12px; }
        .card { background: #fff; border: 1px solid #dbe1e8; border-radius: 6px; padding: 10px; min-width: 0; }
        table { border-collapse: collapse; width: 100%; }
        th { text-align: left; font-weight: 600; vertical-align: top; padding: 2px 10px 2px 0; width: 45%; }
        td { vertical-align: top; padding: 2px 0; }
        svg { display: block; width: 100%; height: auto; }
        svg text { font: 11px system-ui, sans-serif; fill: #44515f; }
        .grid { stroke: #e6ebf0; }
        rect.data { fill: #d9730d; fill-opacity: 0.6; }
        rect.reference { fill: #3d6fb4; fill-opacity: 0.45; }
        polyline { fill: none; stroke-width: 1.8; stroke-linejoin: round; }
        polyline.data { stroke: #d9730d; }
        polyline.reference { stroke: #3d6fb4; }
        rect.key { fill-opacity: 1; }
        .bar { height: 7px; border-radius: 2px; background: #d9730d; min-width: 1px; }
        .bar.less { background: #3d6fb4; }
        .alarm { color: #b3261e; font-weight: 600; }
        .note { color: #5a6773; font-size: 0.9em; }
        summary { cursor: pointer; }
        """;

    private readonly StringBuilder _body = new();
    private readonly string _title;

    public Page(string title) => _title = title;

    /// <summary>The text, with what HTML gives a meaning to made harmless.</summary>
    public static string Text(string text) => WebUtility.HtmlEncode(text);

    public static string Number(double value, string format) =>
        double.IsNaN(value) ? "–" : value.ToString(format, CultureInfo.InvariantCulture);

    /// <summary>Cards side by side where there is room.</summary>
    public Page Section(string heading, params IEnumerable<string> cards)
    {
        _body.Append(CultureInfo.InvariantCulture, $"<h2>{Text(heading)}</h2><div class=\"cards\">")
            .AppendJoin("", cards.Select(card => $"<div class=\"card\">{card}</div>")).Append("</div>");
        return this;
    }

    public Page Paragraph(string text)
    {
        _body.Append(CultureInfo.InvariantCulture, $"<p>{Text(text)}</p>");
        return this;
    }

    /// <summary>A picture with a heading, and a line that says how to read it.</summary>
    public static string Figure(string heading, string svg, string note) =>
        $"<h3>{Text(heading)}</h3>{svg}<p class=\"note\">{Text(note)}</p>";

    /// <summary>Names and values below each other.</summary>
    public static string Table(params IEnumerable<(string Name, string Value)> rows) =>
        $"<table>{string.Concat(rows.Select(row => $"<tr><th>{Text(row.Name)}</th><td>{Text(row.Value)}</td></tr>"))}</table>";

    /// <summary>Names with bars, to the same scale.</summary>
    public static string Bars(IEnumerable<(string Name, double Value, string Words)> bars)
    {
        (string Name, double Value, string Words)[] all = [.. bars];
        double longest = all.Select(bar => Math.Abs(bar.Value)).Where(double.IsFinite).DefaultIfEmpty(1).Max();
        var html = new StringBuilder("<table>");
        foreach ((string name, double value, string words) in all)
        {
            double width = double.IsFinite(value) && longest > 0 ? 100 * Math.Abs(value) / longest : 0;
            string style = value < 0 ? "bar less" : "bar";
            html.Append(CultureInfo.InvariantCulture, $"<tr><th>{Text(name)}</th><td>{Text(words)}")
                .Append(CultureInfo.InvariantCulture, $"<div class=\"{style}\" style=\"width:{width:F1}%\"></div></td></tr>");
        }

        return html.Append("</table>").ToString();
    }

    public override string ToString() => $"""
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
        <link rel="icon" href="data:,">
        <title>{Text(_title)}</title>
        <style>
        {Style}
        </style>
        </head>
        <body><main>
        <h1>{Text(_title)}</h1>
        {_body}
        </main></body>
        </html>

        """;
}
