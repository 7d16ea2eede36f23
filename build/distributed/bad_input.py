"""Holds examples/Distributed/scoring.py to its word: what it takes and what it refuses, with which error.

    python3 bad_input.py FOLDER_OF_SCORING_PY MODEL.ONNX PART.CSV
"""
import pathlib
import sys

import numpy
import pandas

sys.path.insert(0, sys.argv[1])
import score_dask  # noqa: E402
import scoring  # noqa: E402

model, rows = sys.argv[2], pandas.read_csv(sys.argv[3]).head(3000)


def refuses(bad, words, model=model):
    try:
        scoring.score(bad, model)
    except ValueError as error:
        assert words in str(error), f"expected '{words}' in: {error}"
    else:
        raise AssertionError(f"not refused: {words}")


scored = scoring.score(rows, model)
assert list(scored.columns) == list(rows.columns) + scoring.SCORES and scored["PredictedLabel"].dtype == bool
assert len(rows) == 3000 > scoring.ROWS_AT_ONCE and "Score" not in rows.columns
assert scoring.session(model) is scoring.session(model)

# Rows keep their index, and their scores whatever stands before them and in whatever order the columns are.
turned = scoring.score(rows.iloc[::-1, ::-1], model)
assert list(turned.index) == list(rows.index[::-1])
assert numpy.allclose(turned["LogLikelihood"].sort_index(), scored["LogLikelihood"], rtol=1e-5, atol=1e-4, equal_nan=True)

empty = scoring.score(rows.head(0), model)
assert list(empty.dtypes) == list(scored.dtypes) and len(empty) == 0

gap = scoring.score(rows.head(1).astype(object).assign(V3=None), model)
assert numpy.isnan(gap["LogLikelihood"].iloc[0]) and numpy.isnan(gap["PValue"].iloc[0]) and gap["PredictedLabel"].iloc[0]

refuses(rows.drop(columns=["V2", "V7"]), "needs the columns ['V2', 'V7']")
refuses(rows.assign(V4="twelve"), "'V4' does not hold 1 number in each row")
refuses(rows.assign(V5=[[1.0, 2.0]] * len(rows)), "'V5' does not hold 1 number in each row")
refuses(scored, "have the columns ['LogLikelihood', 'Score', 'PValue', 'PredictedLabel'] already")

# A graph without a flow's columns.
other = pathlib.Path(model).with_name("other.onnx")
other.write_bytes(pathlib.Path(model).read_bytes().replace(b"PValue.output", b"Values.output"))
refuses(rows, "does not give ['PValue.output']", str(other))

# Of a thousand parts, the one at fault is named.
try:
    score_dask.score_part(pathlib.Path("nowhere.csv"), model, pathlib.Path("."))
except FileNotFoundError as error:
    assert error.__notes__ == ["The part is 'nowhere.csv'."]
else:
    raise AssertionError("a part that is not there was scored")
print("scoring.py: rows, order, an empty frame, a gap and six faults as promised")
