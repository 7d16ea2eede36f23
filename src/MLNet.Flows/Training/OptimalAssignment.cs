using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace MLNet.Flows.Training;

/// <summary>The assignment of n rows to n columns of least total cost, exactly.</summary>
/// <remarks>
/// Jonker and Volgenant 1987, O(n^3). Every column has a price; a row's reduced cost at a column is its cost less the price.
/// 1. Prices start at the columns' least costs, each to the row that has it, if that is still free.
/// 2. Twice each free row takes the column that is cheapest for it, and lowers its price to what the second cheapest would cost;
///    whoever had the column is free.
/// 3. Each row that is left looks for the shortest path, in reduced costs, to a column that is free (Dijkstra); those on the way
///    change places, and prices along it change so that every row again has its cheapest column.
/// All in single precision: the least cost up to its rounding. Vectors hold columns; a block's 64 take some 50 microseconds.
/// </remarks>
internal sealed class OptimalAssignment
{
    private const int None = -1;
    private const int Auctions = 2;
    private const int Lanes = 8;
    private readonly int _count;
    private readonly int _stride;

    // [n, stride], and below [stride]: columns rounded up to whole vectors.
    private readonly float[] _costs;
    private readonly float[] _prices;
    private readonly float[] _distances;
    private readonly int[] _before;
    private readonly int[] _columnOf;
    private readonly int[] _rowOf;

    private OptimalAssignment(ReadOnlySpan<float> costs, int count)
    {
        (_count, _stride) = (count, (count + Lanes - 1) / Lanes * Lanes);
        _costs = new float[count * _stride];
        for (int i = 0; i < count; i++)
            costs.Slice(i * count, count).CopyTo(_costs.AsSpan(i * _stride));
        (_prices, _distances, _before) = (new float[_stride], new float[_stride], new int[_stride]);
        (_columnOf, _rowOf) = (new int[count], new int[count]);
        Array.Fill(_columnOf, None);
        Array.Fill(_rowOf, None);
    }

    /// <param name="costs">[n, n], finite.</param>
    /// <param name="count">n.</param>
    /// <returns>[n], each row's column: a permutation.</returns>
    public static int[] Of(ReadOnlySpan<float> costs, int count)
    {
        var assignment = new OptimalAssignment(costs, count);
        assignment.TakeLeastCosts();
        for (int i = 0; i < Auctions; i++)
        {
            for (int row = 0; row < count && count > 1; row++)
            {
                if (assignment._columnOf[row] == None)
                    assignment.TakeCheapest(row);
            }
        }

        for (int row = 0; row < count; row++)
        {
            if (assignment._columnOf[row] == None)
                assignment.Augment(row);
        }

        return assignment._columnOf;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void TakeLeastCosts()
    {
        for (int j = 0; j < _count; j++)
        {
            int least = 0;
            for (int i = 1; i < _count; i++)
                least = _costs[i * _stride + j] < _costs[least * _stride + j] ? i : least;
            _prices[j] = _costs[least * _stride + j];
            if (_columnOf[least] == None)
                (_columnOf[least], _rowOf[j]) = (j, least);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void TakeCheapest(int row)
    {
        ReadOnlySpan<float> costs = _costs.AsSpan(row * _stride, _count);
        float first = float.PositiveInfinity, second = first;
        int cheapest = 0;
        for (int j = 0; j < costs.Length; j++)
        {
            float reduced = costs[j] - _prices[j];
            if (reduced < first)
                (second, first, cheapest) = (first, reduced, j);
            else if (reduced < second)
                second = reduced;
        }

        _prices[cheapest] -= second - first;
        int former = _rowOf[cheapest];
        if (former != None)
            _columnOf[former] = None;
        (_columnOf[row], _rowOf[cheapest]) = (cheapest, row);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Augment(int row)
    {
        _distances.AsSpan(0, _count).Fill(float.PositiveInfinity);
        _distances.AsSpan(_count).Fill(float.NaN);
        var reached = new List<(int Column, float Distance)>();
        (int column, float shortest) = Relax(row, 0);
        while (_rowOf[column] != None)
        {
            reached.Add((column, shortest));
            int from = _rowOf[column];
            _distances[column] = float.NaN;
            (column, shortest) = Relax(from, shortest - (_costs[from * _stride + column] - _prices[column]));
        }

        foreach ((int each, float distance) in reached)
            _prices[each] += distance - shortest;
        int next;
        do
        {
            next = _before[column];
            _rowOf[column] = next;
            (_columnOf[next], column) = (column, _columnOf[next]);
        }
        while (next != row);
    }

    // Shortens the ways to columns by those through a row, and finds the nearest column; those that have been reached, and those
    // that fill up the last vector, have a distance that is no number, and so is never larger nor smaller.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private (int Column, float Distance) Relax(int from, float through)
    {
        Vector256<float> least = Vector256.Create(float.PositiveInfinity);
        Vector256<int> at = Vector256.Create(None), row = Vector256.Create(from), columns = Vector256<int>.Indices;
        for (int j = 0; j < _stride; j += Lanes)
        {
            Vector256<float> former = Vector256.Create(_distances, j);
            Vector256<float> distance =
                Vector256.Create(through) + (Vector256.Create(_costs, from * _stride + j) - Vector256.Create(_prices, j));
            Vector256<float> nearer = Vector256.LessThan(distance, former);
            distance = Vector256.ConditionalSelect(nearer, distance, former);
            distance.CopyTo(_distances, j);
            Vector256.ConditionalSelect(nearer.AsInt32(), row, Vector256.Create(_before, j)).CopyTo(_before, j);
            Vector256<float> smaller = Vector256.LessThan(distance, least);
            least = Vector256.ConditionalSelect(smaller, distance, least);
            at = Vector256.ConditionalSelect(smaller.AsInt32(), columns, at);
            columns += Vector256.Create(Lanes);
        }

        int best = 0;
        for (int lane = 1; lane < Lanes; lane++)
            best = least[lane] < least[best] ? lane : best;
        return (at[best], least[best]);
    }
}
