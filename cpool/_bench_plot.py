"""The chart of `cpool bench --plot`: how far from the copy and from the memory limit each implementation is."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from cpool._bench_peers import IMPLEMENTATIONS
from cpool._bench_report import STAGES, Report, three_digits

COLOURS = {"cpool": "#0b5fa5", "torch": "#e0793a", "onnxruntime": "#8c8c8c", "textbook": "#d3cdbf"}
TITLES = {
    "forward": "forward, with the record that backward needs",
    "backward": "backward",
    "inference": "forward without the record (inference)",
}
GROUP = 0.8  # the width of a case's bars; 1 is the distance to the next case


def plot(report: Report, path: str) -> None:
    """Write the chart as PNG. It is drawn without pyplot, so that there is no window and no global state."""
    width = max(8.0, 2 + len(report.cases))
    figure = import_module("matplotlib.figure").Figure(figsize=(width, 10), layout="constrained")
    axes = figure.subplots(len(STAGES), 1, sharex=True, sharey=True)
    for axis, stage in zip(axes, STAGES, strict=True):
        _draw_stage(axis, report, stage)
        axis.set_title(TITLES[stage], loc="left", fontsize=11)
        axis.grid(axis="y", color="#e8e8e8")
        axis.set_axisbelow(True)
        axis.spines[["top", "right"]].set_visible(False)
    axes[0].set_yscale("log")
    axes[0].yaxis.set_major_formatter("{x:g}")
    lowest = min(min(timing.copies, timing.limit) for timing in report.timings)
    axes[0].set_ylim(min(lowest, 1) / 2, max(timing.copies for timing in report.timings) * 2)
    names = [f"{case.name}\n{case.kernel_size}x{case.kernel_size} s{case.stride}" for case in report.cases]
    axes[0].set_xticks(range(len(names)), names)
    axes[0].set_xlim(-0.5, len(names) - 0.5)
    axes[1].set_ylabel("time / time to copy the input (log scale, lower is better)")
    handles = {label: handle for axis in axes for handle, label in zip(*axis.get_legend_handles_labels(), strict=True)}
    figure.legend(handles.values(), handles.keys(), loc="outside upper center", ncols=3, frameon=False)
    figure.supxlabel(report.conditions.replace("; ", "\n"), fontsize=8, color="#555555")
    figure.savefig(path, format="png", dpi=120)


def _draw_stage(axis: Any, report: Report, stage: str) -> None:
    """A group of bars a case, a line at the copy, and a mark across each group at its memory limit."""
    timed = [t for t in report.timings if t.stage == stage]
    implementations = [name for name in IMPLEMENTATIONS if any(t.implementation == name for t in timed)]
    width = GROUP / len(implementations)
    for place, name in enumerate(implementations):
        found = {report.cases.index(t.case): t.copies for t in timed if t.implementation == name}
        centres = [group - GROUP / 2 + (place + 0.5) * width for group in found]
        bars = axis.bar(centres, found.values(), width, label=IMPLEMENTATIONS[name].title, color=COLOURS[name])
        if name == "cpool":
            texts = [three_digits(copies) for copies in found.values()]
            labels = axis.bar_label(bars, texts, fontsize=8, fontweight="bold", padding=2, color=COLOURS[name])
            for label in labels:
                label.set_bbox({"facecolor": "white", "edgecolor": "none", "pad": 0.5})
                label.set_zorder(4)
    axis.axhline(1.0, color="#c02020", linewidth=1.2, linestyle="--", label="copy of the input (1.0)", zorder=2)
    limits = {report.cases.index(t.case): t.limit for t in timed}
    left, right = ([group + side for group in limits] for side in (-0.46, 0.46))
    axis.hlines(limits.values(), left, right, colors="black", linewidth=2, label="memory limit", zorder=3)
