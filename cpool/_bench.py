"""`cpool bench`: checks cpool on named cases, then times it in turns with the peers that are installed."""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

import cpool
from cpool import _kernels
from cpool._arrays import DTYPES
from cpool._bench_cases import CASES, GROUPS, Case, Workload
from cpool._bench_check import wrong_results
from cpool._bench_peers import IMPLEMENTATIONS, part_timed
from cpool._bench_plot import plot
from cpool._bench_report import COLUMNS, LEGEND, Report, Timing, markdown, table_rows
from cpool._progress import track

Call = Callable[[], object]

LEAST_SECONDS = 0.02  # a measured time is the mean of as many calls as take this long
SLOW_SECONDS, SLOW_ROUNDS = 0.3, 2  # one call longer than this is worth no more rounds
MOST_ROUNDS = 1000


def main(argv: Sequence[str]) -> int:
    """Run `cpool bench` with these arguments and return its exit status: 1 if a case could not be timed."""
    parser = _parser()
    arguments = parser.parse_args(argv)
    if arguments.isa:
        _kernels.select_isa(arguments.isa)
    cpool.set_num_threads(arguments.threads)
    if arguments.plot and not find_spec("matplotlib"):
        parser.error("argument --plot: matplotlib is not installed: pip install 'cpool-numpy[bench]'")
    cases = list(dict.fromkeys(case for chosen in arguments.case or [GROUPS["public"]] for case in chosen))
    settings = {name: getattr(arguments, name) for name in ("dtype", "layout", "threads", "rounds")}
    report = Report({**settings, "dtype": arguments.dtype.name, "isa": cpool.isa()})
    run(report, cases, arguments.dtype)
    return finish(report, arguments)


def _parser() -> argparse.ArgumentParser:
    groups = "\n".join(
        f"  {group}: {', '.join(c.name for c in cases)}" for group, cases in GROUPS.items() if group != "all"
    )
    parser = argparse.ArgumentParser(
        prog="cpool bench",
        description="Time max pooling by cpool and by the peers that are installed, against a copy of the input.",
        epilog=f"groups and their cases:\n{groups}\n  all: both",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--case", action="append", type=_cases, metavar="NAME", help="a case or a group; repeatable (default: public)"
    )
    parser.add_argument("--dtype", type=_dtype, default=np.dtype("f4"), help="of the arrays (default: float32)")
    parser.add_argument("--layout", choices=["nchw", "nhwc"], default="nchw", help="in memory (default: nchw)")
    parser.add_argument("--threads", type=_integer(1024), default=1, metavar="N", help="of all libraries (default: 1)")
    parser.add_argument("--isa", choices=_kernels.usable_isas(), help="instruction set of cpool (default: the best)")
    parser.add_argument("--rounds", type=_integer(MOST_ROUNDS), default=5, metavar="N", help="best of N (default: 5)")
    parser.add_argument("--json", type=_file(".json"), metavar="FILE.json", help="write all figures to this file")
    parser.add_argument("--plot", type=_file(".png"), metavar="FILE.png", help="write a chart to this file")
    parser.add_argument("--markdown", action="store_true", help="print the figures as the README's table too")
    return parser


def _cases(text: str) -> list[Case]:
    if text not in CASES and text not in GROUPS:
        names = f"a case ({', '.join(CASES)}) or a group ({', '.join(GROUPS)})"
        raise argparse.ArgumentTypeError(f"{text!r} is not the name of {names}")
    return CASES[text] if text in CASES else GROUPS[text]


def _dtype(text: str) -> np.dtype[Any]:
    by_name = {dtype.name: dtype for dtype in DTYPES}
    if text not in by_name:
        raise argparse.ArgumentTypeError(f"{text!r} is not one of {', '.join(by_name)}")
    return by_name[text]


def _integer(most: int) -> Callable[[str], int]:
    def parse(text: str) -> int:
        if not text.isdecimal() or not 1 <= int(text) <= most:
            raise argparse.ArgumentTypeError(f"{text!r} is not an integer from 1 to {most}")
        return int(text)

    return parse


def _file(suffix: str) -> Callable[[str], str]:
    """Told before minutes of timing, not after."""

    def parse(text: str) -> str:
        path = Path(text)
        if path.suffix.lower() != suffix or path.is_dir() or not path.parent.is_dir():
            raise argparse.ArgumentTypeError(f"{text!r} is not a file name ending in {suffix} in a folder that exists")
        return text

    return parse


def run(report: Report, cases: Sequence[Case], dtype: np.dtype[Any]) -> None:
    """Time the cases one by one and print each one's rows."""
    print(report.conditions.replace("; ", "\n"), COLUMNS, sep="\n\n", flush=True)
    for place, case in enumerate(cases):
        labels = [f"{case.name} ({place + 1} of {len(cases)}), {step}" for step in _steps(report)]
        steps = track(labels)
        try:
            _time_case(report, case, dtype, steps)
        except MemoryError as error:
            report.failures[case.name] = f"not enough memory: {error}"
        for _ in steps:
            pass  # the rest of a case that was left, or its bar would stay
        if case.name in report.failures:
            print(f"{case.name:<14}NOT TIMED: {report.failures[case.name]}", flush=True)
        else:
            print("\n".join(table_rows(report, case)), flush=True)


def _steps(report: Report) -> list[str]:
    return ["checking", *(f"round {number + 1}" for number in range(report.settings["rounds"]))]


def _time_case(report: Report, case: Case, dtype: np.dtype[Any], steps: Iterator[str]) -> None:
    next(steps)
    work = Workload(case, dtype, report.settings["layout"] == "nhwc")
    if wrong := wrong_results(work):
        report.failures[case.name] = f"cpool's results are WRONG: {wrong}"
        return
    copy = np.empty_like(work.x)
    calls: dict[tuple[str, str], Call] = {("", "copy"): lambda: np.copyto(copy, work.x)}
    for name, implementation in IMPLEMENTATIONS.items():
        try:
            for stage, call in implementation.calls(work):
                call()
                calls[name, stage] = call
        except Exception as error:
            # Whatever a peer raises is its way to say that it lacks the element type, the layout or a package.
            if name == "cpool":
                raise
            report.not_timed[name] = str(error).partition("\n")[0]
    seconds = best_seconds(calls, steps)
    copy_seconds = seconds.pop(("", "copy"))
    for (name, stage), measured in seconds.items():
        whole = measured / part_timed(name, case)
        report.timings.append(Timing(case, stage, name, whole, copy_seconds, dtype.itemsize))


def best_seconds(calls: dict[tuple[str, str], Call], rounds: Iterator[str]) -> dict[tuple[str, str], float]:
    """The best time of each call, which have all run once. They take turns, so that a slow spell falls on all."""
    once = {name: _mean_seconds(call, 1) for name, call in calls.items()}
    repeats = {name: max(int(LEAST_SECONDS / max(duration, 1e-9)), 1) for name, duration in once.items()}
    best = dict.fromkeys(calls, float("inf"))
    for number, _ in enumerate(rounds):
        for name, call in calls.items():
            if number >= SLOW_ROUNDS and once[name] > SLOW_SECONDS:
                continue
            if repeats[name] > 1:
                call()  # into the cache what fits there: the call before was another's
            best[name] = min(best[name], _mean_seconds(call, repeats[name]))
    return best


def _mean_seconds(call: Call, repeats: int) -> float:
    start = time.perf_counter()
    for _ in range(repeats):
        call()
    return (time.perf_counter() - start) / repeats


def finish(report: Report, arguments: argparse.Namespace) -> int:
    """Print what explains the table and write the files."""
    print(LEGEND)
    for name, reason in report.not_timed.items():
        print(f"{IMPLEMENTATIONS[name].title} where it is not timed: {reason}")
    if arguments.markdown and report.timings:
        print(f"\n{markdown(report)}")
    status = 1 if report.failures else 0
    try:
        if arguments.json:
            Path(arguments.json).write_text(json.dumps(report.as_dict(), indent=1) + "\n", encoding="utf-8")
        if arguments.plot and report.timings:
            plot(report, arguments.plot)
    except OSError as error:
        print(f"cpool bench: {error}", file=sys.stderr)
        status = 1
    return status
