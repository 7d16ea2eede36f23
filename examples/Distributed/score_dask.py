"""Scores CSV or Parquet parts by an exported model on Dask: one file in, one file of the same name out.

    python3 score_dask.py model.onnx parts scored --workers 2

A part is written beside its place and moved there when it is whole, so that a worker may die at any moment: Dask gives its
parts to the others, and no row is lost or doubled.
"""
import argparse
import os
import pathlib
import time
import uuid

import pandas
from distributed import Client, LocalCluster, as_completed

import scoring

STEPS = ["load", "read", "score", "write"]


def score_part(part, model, folder):
    """Scores one file; returns what it took, in seconds of processor. Any worker may do it, and do it again."""
    try:
        return _score_part(part, model, folder)
    except Exception as error:
        error.add_note(f"The part is '{part}'.")
        raise


def _score_part(part, model, folder):
    parquet = part.suffix == ".parquet"
    clock = [time.thread_time()]
    scoring.session(str(model))
    clock.append(time.thread_time())
    rows = pandas.read_parquet(part) if parquet else scoring.read_csv(part, str(model))
    clock.append(time.thread_time())
    scored = scoring.score(rows, str(model))
    clock.append(time.thread_time())
    unfinished = folder / f".{part.name}.{uuid.uuid4().hex}"
    scored.to_parquet(unfinished, index=False) if parquet else scored.to_csv(unfinished, index=False)
    os.replace(unfinished, folder / part.name)
    clock.append(time.thread_time())
    took = {name: end - start for name, start, end in zip(STEPS, clock, clock[1:])}
    return {"part": part.name, "process": os.getpid(), "rows": len(rows)} | took


def score_parts(client, parts, model, folder):
    """Scores all files, yielding what each took as it ends. KilledWorker: a part's workers died four times."""
    client.upload_file(scoring.__file__)  # to workers on other machines, and to those that take a dead one's place
    waiting = client.map(score_part, parts, model=model, folder=folder, pure=False)
    for future, took in as_completed(waiting, with_results=True):
        yield took
    for unfinished in folder.glob(".*"):  # what workers left that died while they wrote
        unfinished.unlink()


def main():
    arguments = argparse.ArgumentParser(description="Score CSV or Parquet parts by an exported model on Dask.")
    arguments.add_argument("model", type=pathlib.Path, help="the ONNX file; all workers read it by this path")
    arguments.add_argument("parts", type=pathlib.Path, help="a folder of .csv or .parquet files; all workers read it")
    arguments.add_argument("folder", type=pathlib.Path, help="where the scored parts go: a new or empty folder")
    arguments.add_argument("--scheduler", help="the address of a running cluster; without one, processes on this machine")
    arguments.add_argument("--workers", type=int, default=os.cpu_count(), help="how many processes on this machine")
    given = arguments.parse_args()
    model, folder = given.model.resolve(), given.folder.resolve()
    parts = sorted(path.resolve() for path in given.parts.iterdir() if path.suffix in (".csv", ".parquet"))
    if not parts:
        arguments.error(f"'{given.parts}' has no .csv or .parquet files. Give the folder that holds the parts.")
    if not model.is_file():
        arguments.error(f"there is no model '{given.model}'. Write one by `mlflows export-onnx MODEL --out {given.model}`.")
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()):
        arguments.error(f"'{given.folder}' is not empty. Give a new folder, so that old parts are not taken for new ones.")

    cluster = given.scheduler or LocalCluster(n_workers=given.workers, threads_per_worker=1, dashboard_address=None)
    with Client(cluster) as client:
        before = set(client.run(os.getpid).values())
        started, total = time.perf_counter(), dict.fromkeys(["rows", *STEPS], 0)
        for took in score_parts(client, parts, model, folder):
            print(f"{took['part']}: {took['rows']} rows by process {took['process']}", flush=True)
            total = {key: value + took[key] for key, value in total.items()}
        seconds = time.perf_counter() - started
        died = len(before - set(client.run(os.getpid).values()))
    spent = " ".join(f"{name}_cpu_s={total[name]:.1f}" for name in STEPS)
    print(f"parts={len(parts)} rows={total['rows']} workers={len(before)} died={died} seconds={seconds:.1f} "
          f"rows_per_s={total['rows'] / seconds:.0f} {spent}")


if __name__ == "__main__":
    main()
