"""Scores pandas data frames by a model that `mlflows export-onnx` or `ConvertToOnnx` wrote.

Engines that call Python (Dask, Spark, Ray) import `score` from this module in their worker processes. The session of ONNX
Runtime cannot be pickled: each process makes its own when it first scores, and keeps it.
"""
import threading

import numpy
import onnxruntime
import pandas

SCORES = ["LogLikelihood", "Score", "PValue", "PredictedLabel"]
ROWS_AT_ONCE = 1024  # a batch that stays in the processor's caches

# What stands for a missing value in a file, in a column that the model reads: as for `mlflows`.
MISSING = ["", "?"] + [word for each in ("NA", "N/A", "NaN", "null", "None") for word in {each, each.lower(), each.upper()}]

_sessions = {}
_lock = threading.Lock()


def session(model):
    """This process's session of the model at the path `model`. A new model needs a new path: it is not read again.

    ValueError: the graph is not that of a flow.
    """
    with _lock:
        if model not in _sessions:
            options = onnxruntime.SessionOptions()
            options.intra_op_num_threads = 1  # the engine starts a worker for each core
            graph = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
            missing = {f"{name}.output" for name in SCORES} - {each.name for each in graph.get_outputs()}
            if missing:
                raise ValueError(f"The graph at '{model}' does not give {sorted(missing)}. Convert a pipeline that has a flow, "
                                 "whose columns have their default names, with all of its columns.")
            _sessions[model] = graph
        return _sessions[model]


def numbers(model):
    """The names of the model's columns of numbers; all its others are text."""
    return [each.name for each in session(model).get_inputs() if each.type == "tensor(float)"]


def read_csv(path, model):
    """The rows of a CSV file as `mlflows` reads them: the model's numbers as numbers, all else as the text that stands there,
    so that a code stays "07". In the model's columns MISSING are missing, and true and false in small letters."""
    read, inputs = numbers(model), [each.name for each in session(model).get_inputs()]
    columns = pandas.read_csv(path, nrows=0).columns
    rows = pandas.read_csv(path, dtype={name: str for name in columns if name not in read}, keep_default_na=False,
                           na_values=dict.fromkeys(inputs, MISSING))
    for name in columns.intersection(inputs).difference(read):
        small = rows[name].str.lower()
        rows[name] = rows[name].mask(small.isin(["true", "false"]), small)
    return rows


def score(rows: pandas.DataFrame, model: str) -> pandas.DataFrame:
    """The rows with their LogLikelihood (nats), Score, PValue (float32) and PredictedLabel (bool; true is an alarm) added.

    Columns go by name; those that the model does not know are kept. A row with a missing number has no scores (NaN) and
    alarms; a missing text is a category of its own. ValueError: a column is missing, holds what is no number (or no text,
    where the model reads text), is there already, or has another size.
    """
    graph = session(model)
    inputs = graph.get_inputs()
    missing = [each.name for each in inputs if each.name not in rows.columns]
    if missing:
        raise ValueError(f"The model at '{model}' needs the columns {missing}, which are not among {list(rows.columns)}. "
                         "Give the columns that it was trained on, by their names.")
    taken = [name for name in SCORES if name in rows.columns]
    if taken:
        raise ValueError(f"The rows have the columns {taken} already, which scoring adds. Drop or rename them.")
    feed = {each.name: _values(rows[each.name], each) for each in inputs}
    parts = [graph.run([f"{name}.output" for name in SCORES],
                       {name: values[start:start + ROWS_AT_ONCE] for name, values in feed.items()})
             for start in range(0, len(rows), ROWS_AT_ONCE)]
    scored = rows.copy()
    for index, name in enumerate(SCORES):
        empty = numpy.empty(0, bool if name == "PredictedLabel" else numpy.float32)
        scored[name] = numpy.concatenate([part[index][:, 0] for part in parts]) if parts else empty
    return scored


def _values(column, graph_input):
    """One input of the graph, [n, size]: a column of numbers or text, or a column of vectors where size is above 1."""
    size = graph_input.shape[1]
    if graph_input.type == "tensor(string)" and size == 1:
        kind = pandas.api.types.infer_dtype(column.dropna().astype(object))
        if kind not in ("string", "integer", "empty"):
            raise ValueError(f"The column '{graph_input.name}' is {kind}, but the model reads text. Read it as the text that "
                             "training saw (dtype=str, or read_csv of this module): 7.0 is another category than 7.")
        return column.astype(object).where(column.notna(), "").astype(str).to_numpy(object).reshape(-1, 1)
    if graph_input.type != "tensor(float)":
        raise ValueError(f"The model's input '{graph_input.name}' is a {graph_input.type} of {size}; numbers (float) and one "
                         "text (string) can be scored here. Convert a pipeline that begins with those.")
    try:
        if size == 1:
            return column.to_numpy(numpy.float32, na_value=numpy.nan).reshape(-1, 1)
        return numpy.asarray(column.tolist(), numpy.float32).reshape(len(column), size)
    except (TypeError, ValueError) as error:
        raise ValueError(f"The column '{graph_input.name}' does not hold {size} number{'s' if size > 1 else ''} in each row, "
                         f"which the model wants: {error}.") from error
