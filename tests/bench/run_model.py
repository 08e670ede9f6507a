#!/usr/bin/env python3
"""A whole model from one folder into another, as one JSON line: GPTQ, 4 bits, groups of 128, symmetric, exported and read back.

usage: run_model.py CLI [--shape 1.1b|7b] [--blocks N] [--keep DIR]

The model is random (make_llama.py), the text the demo's. Calibration: 32 windows of 2,048 tokens for 1.1b within 6 GiB, 4 for 7b within
14 GiB; the run is ended where it needs more. --keep DIR holds the model for another run.
"""
import argparse
import json
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
RUNS = {"1.1b": dict(windows=32, limit="6GiB"), "7b": dict(windows=4, limit="14GiB")}


def processor_seconds():
    """Of the commands that have ended: what the work takes, whatever else the machine does meanwhile."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("cli", type=Path)
    parser.add_argument("--shape", choices=RUNS, default="1.1b")
    parser.add_argument("--blocks", type=int)
    parser.add_argument("--keep", type=Path)
    args = parser.parse_args()
    run = RUNS[args.shape]
    with tempfile.TemporaryDirectory(prefix="salient-") as scratch:
        model = (args.keep or Path(scratch)) / f"llama-{args.shape}-{args.blocks or 'all'}"
        if not model.exists():
            blocks = ["--blocks", str(args.blocks)] if args.blocks else []
            subprocess.run([sys.executable, HERE / "make_llama.py", model, "--shape", args.shape, *blocks], check=True)
        command = [
            args.cli, "quantize", model, "--out", Path(scratch) / "out", "--format", "gptq", "--method", "gptq", "--bits", "4",
            "--group-size", "128", "--symmetric", "--text", HERE.parents[1] / "resources" / "demo" / "calib.txt",
            "--n-samples", str(run["windows"]), "--seq-len", "2048", "--max-memory", run["limit"], "--json", "--quiet"]
        before = processor_seconds()
        report = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)
        spent = processor_seconds() - before
    # A stage is named after what it does, and after its run where a run has one: "calibrate: gptq".
    seconds = {stage["stage"].partition(":")[0]: round(stage["seconds"], 1) for stage in report["stages"]}
    tokens = report["calibration"]["n_tokens"]
    print(json.dumps({
        "case": f"model_{args.shape}", "blocks": args.blocks or "all", "tokens": tokens, "seconds": seconds,
        "calibration_tokens_per_second": round(tokens / seconds["calibrate"], 1) if seconds.get("calibrate") else None,
        "total_seconds": round(sum(seconds.values()), 1), "processor_seconds": round(spent, 1), "peak_memory_bytes": report["peak_memory_bytes"],
        "memory_forecast_bytes": report["memory_forecast_bytes"], "memory_limit": run["limit"],
        "verified": report["methods"][0].get("verified")}))


if __name__ == "__main__":
    main()
