"""What a run of `cpool bench` found, as text, as the README's table and as JSON, with the machine it ran on."""

from __future__ import annotations

import os
import platform
import subprocess
from dataclasses import dataclass, field
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import numpy as np

import cpool
from cpool._bench_cases import Case
from cpool._bench_peers import IMPLEMENTATIONS, part_timed

STAGES = ("forward", "backward", "inference")
PEERS = [name for name in IMPLEMENTATIONS if name != "cpool"]


@dataclass(frozen=True)
class Timing:
    """Best time of one implementation's stage of a case, beside that of np.copyto of the same x."""

    case: Case
    stage: str
    implementation: str
    seconds: float
    copy_seconds: float
    itemsize: int

    @property
    def copies(self) -> float:
        return self.seconds / self.copy_seconds

    @property
    def bandwidth(self) -> float:
        return self.case.bytes_moved(self.stage, self.itemsize) / self.seconds

    @property
    def limit(self) -> float:
        """The time, in copies, at which the bytes that must move would move at the copy's bandwidth."""
        copied = int(np.prod(self.case.shape)) * self.itemsize
        return self.case.bytes_moved(self.stage, self.itemsize) / (2 * copied)

    def as_dict(self) -> dict[str, Any]:
        return {
            "case": self.case.name,
            "shape": self.case.shape,
            "kernel_size": self.case.kernel_size,
            "stride": self.case.stride,
            "padding": self.case.padding,
            "stage": self.stage,
            "implementation": self.implementation,
            "seconds": self.seconds,
            "copy_seconds": self.copy_seconds,
            "copies": self.copies,
            "gigabytes_per_second": self.bandwidth / 1e9,
            "limit_copies": self.limit,
            "share_of_limit": self.limit / self.copies,
            "part_timed": part_timed(self.implementation, self.case),
        }


@dataclass
class Report:
    settings: dict[str, Any]  # dtype, layout, threads, isa, rounds
    machine: dict[str, Any] = field(default_factory=lambda: _machine())
    versions: dict[str, str] = field(default_factory=lambda: _versions())
    timings: list[Timing] = field(default_factory=list)
    not_timed: dict[str, str] = field(default_factory=dict)  # implementation: why, where it has no figure
    failures: dict[str, str] = field(default_factory=dict)  # case: why cpool itself was not timed

    def as_dict(self) -> dict[str, Any]:
        timings = [timing.as_dict() for timing in self.timings]
        return {**vars(self), "timings": timings}

    def find(self, case: Case, stage: str, implementation: str) -> Timing | None:
        wanted = (case, stage, implementation)
        return next((t for t in self.timings if (t.case, t.stage, t.implementation) == wanted), None)

    @property
    def cases(self) -> list[Case]:
        return list(dict.fromkeys(timing.case for timing in self.timings))

    @property
    def conditions(self) -> str:
        """One sentence: the machine, the settings and the versions."""
        names, settings = self.machine, self.settings
        threads = "one thread" if settings["threads"] == 1 else f"{settings['threads']} threads"
        versions = ", ".join(f"{name} {number}" for name, number in self.versions.items())
        return (
            f"{names['processor']}, {names['cores']} cores, {names['system']}; {settings['dtype']} "
            f"{settings['layout']}, {threads}, {settings['isa']}, best of {settings['rounds']} rounds; {versions}"
        )


def _machine() -> dict[str, Any]:
    system = platform.uname()
    return {
        "processor": _processor(),
        "cores": os.cpu_count(),
        "system": f"{system.system} {system.release} {system.machine}",
    }


def _processor() -> str:
    """The processor's own name; the standard library has it on Windows alone."""
    try:
        if platform.system() == "Darwin":
            return subprocess.check_output(["sysctl", "-n", "machdep.cpu.brand_string"], text=True).strip()
        with open("/proc/cpuinfo", encoding="utf-8") as lines:
            named = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    except (OSError, subprocess.CalledProcessError):
        named = []
    return named[0] if named else platform.processor() or platform.machine()


def _versions() -> dict[str, str]:
    found = {"cpool": cpool.__version__, "NumPy": np.__version__, "Python": platform.python_version()}
    for peer in IMPLEMENTATIONS.values():
        if peer.package and find_spec(peer.package):
            found[peer.title] = import_module(peer.package).__version__
    return found


COLUMNS = f"{'case':<14}{'stage':<10}{'time':>10}{'GB/s':>8}{'x copy':>8}{'of limit':>10}  |" + "".join(
    f"{IMPLEMENTATIONS[peer].title:>14}" for peer in PEERS
)
LEGEND = """
forward keeps the record that backward needs, inference does not; all write into arrays that are there already.
GB/s: the bytes that must move (forward: x, y, record; backward: dout, record, dx; inference: x, y) in that time.
x copy, and the peers' columns: time as a multiple of np.copyto of x, on one thread, in the same run; lower is better.
of limit: the share of what those bytes would reach at the copy's bandwidth; more than 100 % is possible in a cache.
~: timed on a part of the batch and scaled up. -: not timed."""


def table_rows(report: Report, case: Case) -> list[str]:
    lines = []
    for stage in STAGES:
        ours = report.find(case, stage, "cpool")
        if ours is None:
            continue
        line = f"{case.name:<14}{stage:<10}{_duration(ours.seconds):>10}{ours.bandwidth / 1e9:>8.1f}"
        line += f"{ours.copies:>8.2f}{ours.limit / ours.copies:>10.0%}  |"
        lines.append(line + "".join(f"{_multiple(report.find(case, stage, peer)):>14}" for peer in PEERS))
    return lines


def _duration(seconds: float) -> str:
    for unit, size in (("s", 1.0), ("ms", 1e-3)):
        if seconds >= size:
            return f"{seconds / size:.2f} {unit}"
    return f"{seconds * 1e6:.2f} us"


def _multiple(timing: Timing | None) -> str:
    if timing is None:
        return "-"
    mark = "~" if part_timed(timing.implementation, timing.case) < 1 else ""
    return f"{mark}{three_digits(timing.copies)}"


def three_digits(number: float) -> str:
    return f"{number:.{2 if number < 9.995 else 1 if number < 99.95 else 0}f}"


def markdown(report: Report) -> str:
    """The README's table: a row a case, a column each stage of an implementation that has a figure."""
    short = {"forward": "fwd idx", "backward": "bwd", "inference": "fwd"}
    timed = {(timing.implementation, timing.stage) for timing in report.timings}
    columns = [(name, stage) for name in IMPLEMENTATIONS for stage in STAGES if (name, stage) in timed]
    titles = [f"{IMPLEMENTATIONS[name].title} {short[stage]}" for name, stage in columns]
    lines = [["input (N C H W), window, stride, padding", *titles], ["---"] * (len(titles) + 1)]
    for case in report.cases:
        lines.append([str(case), *(_multiple(report.find(case, stage, name)) for name, stage in columns)])
    table = "\n".join(f"| {' | '.join(line)} |" for line in lines)
    scaled = "; ~ timed on a part of the batch and scaled up" if "~" in table else ""
    return f"{table}\n\n({report.conditions}{scaled}.)"
