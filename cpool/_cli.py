"""The command `cpool`: the textbook example and a timed batch; `info`: what was built and runs; `bench`: _bench.py."""

import argparse
import platform
import sys
import time
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

import cpool
from cpool import _bench, _kernels
from cpool._progress import track
from cpool._textbook import TextbookPooling

Array = NDArray[Any]

KERNEL, STRIDE, PADDING = 3, 2, 1
REPEATS = 5
MAX_BATCH = 1_000_000

# One image of three channels, with its 2x2 stride 2 pool. Three of its windows hold their largest value twice.
EXAMPLE = [
    [[1, 6, 2, 4], [5, 0, 4, 1], [3, 2, 0, 3], [1, 3, 3, 2]],
    [[0, 3, 1, 2], [2, 1, 0, 4], [4, 1, 3, 2], [0, 3, 1, 0]],
    [[1, 2, 0, 3], [4, 0, 4, 2], [3, 5, 2, 5], [6, 1, 1, 4]],
]
EXAMPLE_OUTPUT = [[[6, 4], [3, 3]], [[3, 4], [4, 3]], [[4, 4], [6, 5]]]
EXAMPLE_WINNERS = [[[1, 3], [8, 11]], [[1, 7], [8, 10]], [[4, 6], [12, 11]]]
EXAMPLE_DOUT = [[1, 2], [3, 4]]


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command with these arguments (default: those of the process) and return its exit status."""
    parser = argparse.ArgumentParser(
        prog="cpool",
        description="Pool a small example and print it, then time a batch against the textbook's im2col layer.",
    )
    parser.add_argument(
        "command",
        nargs="?",
        choices=["info", "bench"],
        help="info: print what was built and what runs, and stop; bench: time cases of your choice (bench --help)",
    )
    parser.add_argument("--batch", type=_batch_size, metavar="N", help="images in the timed batch (default: 32)")
    parser.add_argument("--version", action="version", version=f"cpool {cpool.__version__}")
    argv = sys.argv[1:] if argv is None else argv
    if argv[:1] == ["bench"]:
        return _bench.main(argv[1:])
    arguments = parser.parse_args(argv)
    if arguments.command == "bench":
        parser.error("argument command: 'bench' must come first, before its options")
    if arguments.command == "info":
        if arguments.batch is not None:
            parser.error("argument --batch: not allowed with info")
        print(info())
        return 0
    try:
        return 0 if example() and benchmark(arguments.batch or 32) else 1
    except MemoryError as error:
        print(f"cpool: not enough memory, try a smaller --batch: {error}", file=sys.stderr)
        return 1


def _batch_size(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= MAX_BATCH:
        raise argparse.ArgumentTypeError(f"{text!r} is not an integer from 1 to {MAX_BATCH}")
    return int(text)


def info() -> str:
    lines = {
        "cpool": cpool.__version__,
        "built": " ".join(_kernels.built_isas()),
        "usable": " ".join(_kernels.usable_isas()),
        "chosen": cpool.isa(),
        "OpenMP": "no, threads of its own",
        "threads": cpool.get_num_threads(),
        "NumPy": np.__version__,
        "Python": platform.python_version(),
    }
    return "\n".join(f"{name:<8} {value}" for name, value in lines.items())


def example() -> bool:
    """Print the textbook example. False if anything in it is not what the textbook says."""
    x = np.array([EXAMPLE], dtype=np.float32)
    dout = np.broadcast_to(np.array(EXAMPLE_DOUT, dtype=np.float32), (1, 3, 2, 2))
    layer = cpool.MaxPool2d(2, stride=2)
    y = layer.forward(x)
    winners = layer.indices
    dx = layer.backward(dout)
    print("A 1x3x4x4 array, 2x2 windows, stride 2. The winner of each window is in brackets; winners count row by row.")
    for channel in range(3):
        print(f"\nchannel {channel}")
        blocks = {
            "input": _grid(x[0, channel], marked=winners[0, channel]),
            "output": _grid(y[0, channel]),
            "winners": _grid(winners[0, channel]),
            "output's gradient": _grid(dout[0, channel]),
            "input's gradient": _grid(dx[0, channel]),
        }
        print(_side_by_side(blocks))
    expected_dx = np.zeros((3, 16), dtype=np.float32)
    np.put_along_axis(expected_dx, np.reshape(EXAMPLE_WINNERS, (3, 4)), np.ravel(EXAMPLE_DOUT)[None], axis=1)
    results: dict[str, tuple[Array, Any]] = {
        "output": (y, EXAMPLE_OUTPUT),
        "winners": (winners, EXAMPLE_WINNERS),
        "gradient": (dx, expected_dx),
    }
    wrong = [name for name, (got, expected) in results.items() if not np.array_equal(got.ravel(), np.ravel(expected))]
    print(f"\nWRONG: {', '.join(wrong)}\n" if wrong else "\nAll as the textbook has it.\n")
    return not wrong


def _grid(plane: Array, marked: Array | None = None) -> list[str]:
    """The rows of a plane as text; the cells whose flat index is marked stand in brackets."""
    texts = [f"{value:.0f}" for value in plane.ravel()]
    width = max(map(len, texts))
    marks = set() if marked is None else set(marked.ravel().tolist())
    cells = [f"[{t:>{width}}]" if i in marks else f" {t:>{width}} " for i, t in enumerate(texts)]
    return ["".join(row) for row in np.reshape(cells, plane.shape)]


def _side_by_side(blocks: dict[str, list[str]]) -> str:
    height = max(map(len, blocks.values()))
    columns = []
    for title, rows in blocks.items():
        lines = [title, *rows, *[""] * (height - len(rows))]
        width = max(map(len, lines))
        columns.append([f"{line:<{width}}" for line in lines])
    return "\n".join("   ".join(line).rstrip() for line in zip(*columns, strict=True))


def benchmark(batch: int) -> bool:
    """Time both layers on the same arrays and print the table. False if their results differ."""
    rng = np.random.default_rng(0)
    x = rng.standard_normal((batch, 64, 112, 112), dtype=np.float32)
    dout = rng.standard_normal((batch, 64, 56, 56), dtype=np.float32)
    layer = cpool.MaxPool2d(KERNEL, STRIDE, PADDING)
    textbook = TextbookPooling(KERNEL, STRIDE, PADDING)
    print(f"{batch}x64x112x112 float32, 3x3 windows, stride 2, padding 1. Best of {REPEATS}.")
    print(f"instruction set {cpool.isa()}, threads {cpool.get_num_threads()}\n", flush=True)
    y, dx = np.empty_like(dout), np.empty_like(x)
    calls: dict[str, Callable[[], Array]] = {
        "cpool forward": lambda: layer.forward(x),
        "cpool backward": lambda: layer.backward(dout),
        "cpool out= forward": lambda: layer.forward(x, out=y),
        "cpool out= backward": lambda: layer.backward(dout, out=dx),
        "textbook forward": lambda: textbook.forward(x),
        "textbook backward": lambda: textbook.backward(dout),
    }
    seconds = dict.fromkeys(calls, float("inf"))
    for label in track([label for label in calls for _ in range(REPEATS)]):
        start = time.perf_counter()
        calls[label]()
        seconds[label] = min(seconds[label], time.perf_counter() - start)

    record, _ = layer._last or layer._no_forward()
    records = {"cpool": record.nbytes, "cpool out=": record.nbytes, "textbook": textbook.arg_max.nbytes}
    _print_table(seconds, x.nbytes, dout.nbytes, records)
    same_values = np.array_equal(layer.forward(x), textbook.forward(x))
    same_gradient = np.allclose(layer.backward(dout), textbook.backward(dout), rtol=1e-5, atol=1e-5)
    verdicts = {True: "agree", False: "DIFFER"}
    print(f"Values {verdicts[same_values]} exactly, gradients {verdicts[same_gradient]} to rounding.")
    return same_values and same_gradient


def _print_table(seconds: dict[str, float], x_bytes: int, y_bytes: int, records: dict[str, int]) -> None:
    print(f"{'':<11}      forward               backward            record")
    for name, record in records.items():
        # What the definition makes a layer read and write; x and dx, y and dout have the same size.
        bytes_moved = x_bytes + y_bytes + record
        times = [seconds[f"{name} {way}"] for way in ("forward", "backward")]
        cells = [f"{t * 1e3:8.1f} ms {bytes_moved / t / 1e9:5.1f} GB/s" for t in times]
        print(f"{name:<11}{'   '.join(cells)} {record / 2**20:7.1f} MiB")
    gains = [seconds[f"textbook {way}"] / seconds[f"cpool {way}"] for way in ("forward", "backward")]
    print(f"{'speed-up':<11}{gains[0]:8.1f} x{'':15}{gains[1]:8.1f} x   (cpool against textbook, both with new arrays)")
    print("\nout= is the same into an array that is used again, which saves the system's work for new memory.")
    print(f"The textbook layer keeps x too ({x_bytes / 2**20:.1f} MiB) until its backward pass; cpool does not.")
