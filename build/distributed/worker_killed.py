"""Runs examples/Distributed/score_dask.py, kills one of its workers on the way, compares its scores with ML.NET's.

    python3 worker_killed.py SCORE_DASK.PY FOLDER ROWS PARTS SECONDS_OF_PROCESSOR_IN_ML.NET

The folder holds model.onnx, parts/ and expected.csv.
"""
import importlib.metadata
import os
import pathlib
import re
import signal
import subprocess
import sys

import numpy
import pandas

script, folder, rows, parts = sys.argv[1], pathlib.Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])

versions = [f"{name} {importlib.metadata.version(name)}" for name in ("distributed", "onnxruntime", "pandas")]
print(f"Python {sys.version.split()[0]}, {', '.join(versions)}", flush=True)
log = folder / "dask.log"
with open(log, "w") as errors:
    example = subprocess.Popen([sys.executable, script, "model.onnx", "parts", "scored", "--workers", "2"],
                               cwd=folder, stdout=subprocess.PIPE, stderr=errors, text=True)
processes, summary, killed = [], "", None
for line in example.stdout:
    print(line, end="", flush=True)
    summary = line
    scored = re.search(r" rows by process (\d+)$", line)
    if scored:
        processes.append(int(scored[1]))
        if killed is None and len(processes) == parts // 4:
            killed = processes[-1]
            os.kill(killed, signal.SIGKILL)
            print(f"killed process {killed}", flush=True)
if example.wait() != 0:
    # Debian's ONNX Runtime complains about its own schemas, harmlessly, in a hundred lines for each process.
    print("".join(line for line in open(log) if line.strip() and not line.startswith("Schema error")))
    sys.exit(f"the example ended in exit code {example.returncode}")
took = dict(pair.split("=") for pair in summary.split())

left = sorted(path.name for path in (folder / "scored").iterdir())
given = sorted(path.name for path in (folder / "parts").iterdir())
actual = pandas.concat([pandas.read_csv(folder / "scored" / name) for name in left]).set_index("Row").sort_index()
expected = pandas.read_csv(folder / "expected.csv").set_index("Row").sort_index()
faults = []
if killed is None or int(took["died"]) != 1:
    faults.append("no worker died")
if int(took["workers"]) != 2 or len(set(processes)) < 2:
    faults.append("one worker did it all")
if left != given:
    faults.append(f"{len(given)} parts went in and {len(left)} files came out")
if len(actual) != rows or not (actual.index == range(rows)).all() or not actual.index.equals(expected.index):
    sys.exit("; ".join(faults + [f"{rows} rows went in and {actual.index.nunique()} came out, in {len(actual)} lines"]))

likelihood, wanted = actual["LogLikelihood"].to_numpy(), expected["LogLikelihood"].to_numpy()
gaps = numpy.isnan(wanted)
if not 0 < gaps.sum() < rows or not (numpy.isnan(likelihood) == gaps).all():
    faults.append("rows without a likelihood are not those of ML.NET")
worst = numpy.max((numpy.abs(likelihood - wanted) / numpy.maximum(1, numpy.abs(wanted)))[~gaps])
if not worst <= 1e-4:
    faults.append(f"log-likelihoods differ by {worst:.1e}")
# Only steps of the p-value table may lie between labels that differ.
apart = actual["PredictedLabel"].to_numpy(bool) != expected["PredictedLabel"].to_numpy(bool)
at_threshold = numpy.abs(expected["PValue"].to_numpy() - 0.01) < 1e-3
if (apart & ~at_threshold).any():
    faults.append("alarms away from the threshold differ")
alarms = int(actual["PredictedLabel"].sum())
if not gaps.sum() < alarms < rows:
    faults.append(f"{alarms} alarms")
if faults:
    sys.exit("; ".join(faults))
for stage, step in (("reading", "read"), ("loading", "load"), ("scoring", "score"), ("writing", "write")):
    print(f"STAGE {stage} seconds={float(took[f'{step}_cpu_s']):.1f}")
print(f"RESULT rows={rows} parts={parts} restarts={len(set(processes)) - 2} worst={worst:.1e} alarms={alarms} "
      f"rows_per_s={took['rows_per_s']} onnxruntime_rows_per_cpu_s={rows / float(took['score_cpu_s']):.0f} "
      f"dask_rows_per_cpu_s={rows / sum(float(took[f'{step}_cpu_s']) for step in ('read', 'load', 'score', 'write')):.0f} "
      f"mlflows_rows_per_cpu_s={rows / float(sys.argv[5]):.0f}")
