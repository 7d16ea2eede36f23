"""Holds examples/Distributed/scoring.py to what `mlflows score` says of a table with categories: codes with zeros in front,
gaps, true and false.

    python3 categories.py FOLDER_OF_SCORING_PY MODEL.ONNX ROWS.CSV EXPECTED.CSV
"""
import sys

import numpy
import pandas

sys.path.insert(0, sys.argv[1])
import scoring  # noqa: E402

model, expected = sys.argv[2], pandas.read_csv(sys.argv[4])
rows = scoring.read_csv(sys.argv[3], model)
scored = scoring.score(rows, model)

assert len(rows) == len(expected) > 1000 and (rows["Id"].str.len() == 6).all()
assert numpy.allclose(scored["LogLikelihood"], expected["LogLikelihood"], rtol=1e-4, atol=1e-4)
assert numpy.allclose(scored["PValue"], expected["PValue"], rtol=1e-3, atol=1 / len(rows))  # a step of the quantiles
alarms = scored["PredictedLabel"]
assert (alarms == expected["PredictedLabel"]).all() and 0 < alarms.sum() < len(rows) / 10

# Of whole numbers the text is plain; of others it is not.
some = rows[rows["Code"] == "10"]
assert numpy.allclose(scoring.score(some.assign(Code=10), model)["Score"], scored["Score"][some.index], rtol=1e-4)
for bad, kind in ((7.0, "floating"), (True, "boolean"), ([7], "mixed")):
    try:
        scoring.score(rows.assign(Code=pandas.Series([bad] * len(rows))), model)
    except ValueError as error:
        assert f"'Code' is {kind}, but the model reads text" in str(error), error
    else:
        raise AssertionError(f"not refused: {bad}")
print("scoring.py: codes, gaps, true and false as mlflows reads them, and three faults as promised")
