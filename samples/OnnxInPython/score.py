"""Scores the rows of scored.csv by model.onnx and compares with what C# wrote beside them. Needs numpy and onnxruntime."""
import sys

import numpy
import onnxruntime

table = numpy.genfromtxt("scored.csv", delimiter=",", dtype=numpy.float32)
rows, (score, p_value, alarm) = table[:, :9], table[:, 9:].T

session = onnxruntime.InferenceSession("model.onnx", providers=["CPUExecutionProvider"])
outputs = session.run(["Score.output", "PValue.output", "PredictedLabel.output"], {"Features": rows})
score_here, p_value_here, alarm_here = (output[:, 0] for output in outputs)

scored = numpy.isfinite(score)
difference = numpy.max(numpy.abs(score_here - score)[scored] / numpy.maximum(1, numpy.abs(score[scored])))
same_alarms = int(numpy.sum(alarm_here == (alarm == 1)))
print(f"{len(rows)} rows, {int(alarm_here.sum())} alarms, {same_alarms} labels as in C#, "
      f"largest relative difference of scores {difference:.1e}")
if difference > 1e-4 or numpy.any(scored != numpy.isfinite(score_here)) or same_alarms < len(rows) - 1:
    sys.exit("These are not the scores of C#.")
