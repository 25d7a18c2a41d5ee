"""Sizes past every type on the way: records of each width, 2.5e9 cells, results that no memory holds."""

import os
import subprocess
import sys

import numpy as np
import pytest

import cpool

TAPS = {
    255: [(255,), (15, 17), (3, 5, 17)],
    256: [(256,), (16, 16), (4, 8, 8)],
    257: [(257,), (257, 1), (1, 257, 1)],
    65536: [(65536,), (256, 256), (64, 32, 32)],
    65537: [(65537,), (1, 65537), (65537, 1, 1)],
    70_000: [(70_000,), (280, 250), (70, 40, 25)],
}


def record_dtype(taps):
    """The smallest unsigned type that holds the numbers 0 ... taps - 1."""
    return np.uint8 if taps <= 256 else np.uint16 if taps <= 65536 else np.uint32


@pytest.mark.parametrize("dtype", ["f4", "f8", "u1", "i8"])
@pytest.mark.parametrize("op", ["Max", "Min"])
@pytest.mark.parametrize("kernel", [kernel for kernels in TAPS.values() for kernel in kernels], ids=str)
def test_winner_at_every_extreme_tap(kernel, op, dtype):
    rank, taps = len(kernel), int(np.prod(kernel))
    best, rest = (9, 3) if op == "Max" else (3, 9)
    layer = getattr(cpool, f"{op}Pool{rank}d")(kernel, stride=1)
    shape = (*kernel[:-1], kernel[-1] + 2)
    windows = (1,) * (rank - 1) + (3,)
    for channels_last in (False, True):
        for tap in sorted({0, 1, 127, 128, 254, 255, 256, 32767, 32768, 65535, 65536, taps // 2, taps - 2, taps - 1}):
            if tap >= taps:
                continue
            winner = np.unravel_index(tap, kernel)
            index = np.ravel_multi_index(winner, shape)
            planes = np.full((2, *shape), rest, dtype)
            x = (
                planes.transpose(*range(1, rank + 1), 0).copy().transpose(rank, *range(rank))
                if channels_last
                else planes
            )
            x[1][winner] = best
            y = layer.forward(x)
            assert layer._last[0].dtype == record_dtype(taps)
            assert layer._last[0].shape == y.shape == (2, *windows)
            assert y[1].flat[0] == best
            first_of_window_2 = 2
            expected = (
                [0, 1, first_of_window_2],
                [index, expected_winner(index, 1, winner), expected_winner(index, 2, winner)],
            )
            np.testing.assert_array_equal(layer.indices.reshape(2, 3), expected)
            dx = layer.backward(np.array([[1, 2, 4], [1, 2, 4]], dtype).reshape(y.shape)).reshape(2, -1)
            for plane in range(2):
                sums = np.zeros(dx.shape[1], dtype)
                np.add.at(sums, expected[plane], np.array([1, 2, 4], dtype))
                np.testing.assert_array_equal(dx[plane], sums)


def expected_winner(index, window, winner):
    """Windows lie side by side on the last axis: the best cell wins while inside, then the window's first cell."""
    return index if winner[-1] >= window else window


ZERO_STRIDES = """
import resource, sys
import numpy as np
import cpool

def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)

side = 50_000
row = np.random.default_rng(0).permutation(side).astype(np.{dtype})
one = np.full((), 7, np.{dtype})
inputs = [np.broadcast_to(cells, (side, side)) for cells in (row, row[:, None], one)]
cpool.max_pool2d(inputs[0][:40, :40], 2, return_indices=True)
before = peak()
starts = np.arange(4) * 16_665
for x, rows, columns in zip(inputs, (0, 1, 0), (1, 0, 0)):
    winner_row = rows * np.array([row[s:s + 3].argmax() for s in starts]) + starts
    winner_column = columns * np.array([row[s:s + 3].argmax() for s in starts]) + starts
    for layer in (cpool.MaxPool2d(3, stride=16_665), cpool.MaxPool2d(2, stride=16_665, dilation=2)):
        y = layer(x)
        if layer.indices.shape != (4, 4) or not np.array_equal(y, x[np.divmod(layer.indices, side)]):
            sys.exit(f"wrong values: {{y}} at {{layer.indices}}")
        values = cpool.max_pool2d(x, 3, 16_665)
        if not np.array_equal(values, x[winner_row[:, None], winner_column]):
            sys.exit(f"wrong function: {{values}}")
    layer = cpool.MaxPool2d(3, stride=16_665)
    layer(x)
    if not np.array_equal(layer.indices, winner_row[:, None] * side + winner_column):
        sys.exit(f"wrong indices: {{layer.indices}}")
flat = np.broadcast_to(row[:1], (2_500_000_000,))
y, indices = cpool.max_pool1d(flat, 2, 2_499_999_998, return_indices=True)
if indices.tolist() != [0, 2_499_999_998]:
    sys.exit(f"wrong indices: {{indices}}")
cube = np.broadcast_to(row[:5], (1000, 500_000, 5))
y, indices = cpool.max_pool3d(cube, (1, 1, 5), (999, 499_999, 1), return_indices=True)
corners = np.array([0, 499_999, 999 * 500_000, 999 * 500_000 + 499_999]) * 5 + int(row[:5].argmax())
if indices.ravel().tolist() != corners.tolist():
    sys.exit(f"wrong indices: {{indices}}")
print(peak() - before)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="the resource module, which measures the peak, is Unix only")
@pytest.mark.parametrize("dtype", ["uint16", "float32"])
def test_billions_of_cells_behind_zero_strides(dtype):
    code = ZERO_STRIDES.format(dtype=dtype)
    # Not in the clone's root, whose cpool/ may not be compiled.
    folder = os.path.dirname(__file__)
    result = subprocess.run([sys.executable, "-c", code], cwd=folder, capture_output=True, text=True, timeout=120)
    assert result.returncode == 0, result.stderr
    assert int(result.stdout) < 64 * 2**20


def test_windows_that_start_2_to_the_62_cells_before_the_array():
    """Two windows, of which each has one tap inside the array, at its first element."""
    far = {"stride": 2**61, "dilation": 2**61}
    for rank in (1, 2, 3):
        x = 1.0 + np.arange(4**rank).reshape((4,) * rank)
        layer = getattr(cpool, f"MaxPool{rank}d")(3, padding=((2**62, 2**61),) * rank, **far)
        y = layer.forward(x)
        np.testing.assert_array_equal(y, np.ones((2,) * rank))
        np.testing.assert_array_equal(layer.indices, np.zeros((2,) * rank))
        dx = layer.backward(np.full(y.shape, 0.5))
        assert (dx.flat[0], dx.sum()) == (2 ** (rank - 1), 2 ** (rank - 1))


DILATED = """
import numpy as np
import cpool

layer = cpool.MaxPool1d(3, stride=1, dilation=100_000)
y = layer.forward(np.arange(300_000) % 1000)
dx = layer.backward(np.ones(y.shape, np.int64))
assert dx.sum() == y.size == 100_000, dx
assert (dx[:100_000] == 1).all(), dx
"""


def test_time_of_backward_grows_with_the_taps_and_not_with_the_span():
    """A pass over all outputs between a window's first and last tap, for each cell, would take minutes here."""
    folder = os.path.dirname(__file__)
    result = subprocess.run([sys.executable, "-c", DILATED], cwd=folder, capture_output=True, text=True, timeout=20)
    assert result.returncode == 0, result.stderr


def test_results_past_the_address_space():
    """NumPy says ValueError or MemoryError to such a shape; so does cpool, at once."""
    x = np.broadcast_to(np.float64(1), (2**20, 2**20, 2**19))
    for call in (
        lambda: cpool.max_pool1d(x, 1),
        lambda: cpool.max_pool3d(x, 1, return_indices=True),
        lambda: cpool.MaxPool2d(1).forward(x),
        lambda: cpool.min_pool1d(np.zeros(3), 2**61, 1, padding="same").shape == (3,) and cpool.max_pool2d(x, 2, 1),
        lambda: cpool.max_pool1d_backward(np.zeros(1), np.zeros(1, np.int64), (2**61,)),
        lambda: cpool.max_pool2d_backward(np.zeros((1, 1)), np.zeros((1, 1), np.int64), (2**31, 2**31)),
        lambda: cpool.max_pool3d_backward(
            np.zeros((0, 1, 1, 1)), np.zeros((0, 1, 1, 1), np.int64), (0, 2**30, 2**30, 2**30)
        ),
        lambda: cpool.max_unpool1d(np.zeros(1), np.zeros(1, np.int64), 1, output_size=(2**61,)),
    ):
        with pytest.raises((MemoryError, ValueError)):
            call()
    layer = cpool.MaxPool1d(2)
    layer.forward(np.arange(4.0))
    with pytest.raises((MemoryError, ValueError)):
        layer.forward(x)
    assert layer.backward(np.ones(2)).tolist() == [0, 1, 0, 1]
