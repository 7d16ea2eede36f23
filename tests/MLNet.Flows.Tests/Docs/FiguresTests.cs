using MLNet.Flows.Figures;

namespace MLNet.Flows.Tests.Docs;

/// <summary>The figures of the pages are those of benchmarks/results.</summary>
public sealed class FiguresTests
{
    private const string Page = """
        <!-- results: here -->

        It is <!--=File#clean/mean/knn-->0.0 / 0.0<!--/--> and <!--=File#SPEED *train/times|max-->1<!--/--> times as fast.

        <!-- cells: [File#{column}/{row}/knn|1] nats -->

        | set | clean |
        |---|---|
        | `mean` | ? |
        | empty | |

        <!-- table: File#clean -->

        | stale |
        """ + "\n";

    private static readonly ResultFile File = new("File", """
        # File

        - date: 28 November 2026

        ## nine sets

        | clean, AUROC / AUPRC | flow | knn |
        |---|---|---|
        | **mean** | 97.2 / 83.3 | 96.8 / 81.7 |

        | Method | K | Ratio |
        |---|---|---|
        | Score | 4 | 1.00 |
        | Score | 16 | 2.50 |

        ```
        SPEED W1 train rows=1.22e7 times=12.5
        SPEED W2 train rows=4e6 times=1.75e1
        SPEED W2 score rows=4.22e7 times=99
        ```
        """.Split('\n'));

    public static TheoryData<string> Pages => [.. FiguresPages.All().Select(page => page.Name)];

    [Theory]
    [MemberData(nameof(Pages))]
    public void Page_OfTheRepository_ShowsTheResultsAndNoFigureBesides(string name)
    {
        FiguresPages.Page page = FiguresPages.All().Single(page => page.Name == name);

        Assert.Equal(page.Rendered(), page.Text);
        Assert.Empty(page.Unmarked());
    }

    [Fact]
    public void Render_StaleFigures_TakesThoseOfTheResults()
    {
        string rendered = FiguresPage.Render(Page, (_, _) => File);

        Assert.Contains("-->96.8 / 81.7<!--/-->", rendered, StringComparison.Ordinal);
        Assert.Contains("-->1.75e1<!--/-->", rendered, StringComparison.Ordinal);
        Assert.Contains("| `mean` | 96.8 nats |", rendered, StringComparison.Ordinal);
        Assert.Contains("| empty |  |", rendered, StringComparison.Ordinal);
        Assert.Contains("| **mean** | 97.2 / 83.3 | 96.8 / 81.7 |", rendered, StringComparison.Ordinal);
        Assert.DoesNotContain("stale", rendered, StringComparison.Ordinal);
        Assert.Equal(rendered, FiguresPage.Render(rendered, (_, _) => File));
        Assert.Empty(FiguresPage.Unmarked(rendered));
    }

    [Theory]
    [InlineData("File#clean/mean/knn|2", "81.7")]
    [InlineData("File#clean nine sets/mean/flow|1|0", "97")]
    [InlineData("File#Method/Score 16/Ratio", "2.50")]
    [InlineData("File#SPEED W1 train/rows|M", "12")]
    [InlineData("File#SPEED W2 train/rows|k", "4,000")]
    [InlineData("File#SPEED * train/times|min|0", "13")]
    [InlineData("File#SPEED W2 train/rows|*8|M", "32")]
    [InlineData("File#date", "28 November 2026")]
    public void Resolve_AKey_IsTheFigureAsItIsWritten(string key, string expected) =>
        Assert.Equal(expected, FigureKey.Resolve(key, _ => File));

    [Theory]
    [InlineData("File#clean/mean/lof", "no row 'mean' with a column 'lof'")]
    [InlineData("File#dirty/mean/knn", "no table 'dirty'")]
    [InlineData("File#SPEED W3/times", "no line 'SPEED W3 ... times=...'")]
    [InlineData("File#SPEED * train/times", "names 2 values")]
    [InlineData("File#clean/mean/knn|3", "has 2 parts")]
    [InlineData("File", "no name of a figure")]
    public void Resolve_AKeyOfNothing_SaysWhatThereIs(string key, string expected) => Assert.Contains(
        expected, Assert.Throws<FormatException>(() => FigureKey.Resolve(key, _ => File)).Message, StringComparison.Ordinal);

    [Fact]
    public void Unmarked_ADecimalInRunningText_IsFoundAndThoseInCodeAreNot() =>
        Assert.Equal(["It took 1.5 s."], FiguresPage.Unmarked("It took 1.5 s.\n`x = 0.5` [a](b-1.5.md)\n"));
}
