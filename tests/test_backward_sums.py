"""Backward as sums of vectors, of channels and of all cells: each is taken where it should be, and gives its bits."""

from math import prod

import numpy as np
import pytest
from arrays import at_offset, channels_last
from gradients import CHANNELS, FLAT, GROUPS, PARTS, PLANES, SUMS, added, check, summed
from tables import ISAS, assert_same, running

from cpool import MaxPool2d, _kernels


@pytest.mark.parametrize("isa", ISAS)
@pytest.mark.parametrize("dtype", ["?", "i1", "u1", "i2", "u2", "i4", "u4", "i8", "u8", "f4", "f8"])
@pytest.mark.parametrize(
    ("shape", "window"),
    [
        ((2, 33, 10, 11), ((3, 3), (1, 1), (1, 1))),
        ((2, 70, 11, 12), ((3, 3), (2, 2), (1, 1))),
        ((2, 64, 11, 12), ((3, 3), (2, 2), ((0, 2), (2, 1)))),
        ((2, 47, 12, 14), ((2, 1), (1, 1))),
        ((2, 31, 12, 13), ((2, 2), (3, 3))),  # cells between the windows
        ((2, 16, 13, 13), ((2, 3), (2, 1), ((1, 2), (2, 0)), (3, 2))),
        ((2, 21, 12, 13), ((2, 2), (2, 2), (0, 0), (1, 1), True)),  # last windows of less
        ((2, 20, 3, 3), ((2, 2), (2, 2), (1, 1))),  # no window is whole
        ((2, 20, 12, 40), ((2, 2), (2, 8))),  # the largest stride
        ((1, 18, 4, 5, 6), ((2, 2, 2), (1, 2, 1), (1, 0, 1))),
        ((2, 25, 40), ((3,), (1,), (1,))),
        ((2, 25, 40), ((3,), (2,), (1,))),
    ],
    ids=str,
)
def test_sums_of_channels(isa, shape, window, dtype):
    path = SUMS if summed(isa, shape, window, np.dtype(dtype).itemsize) else CHANNELS
    check({path}, isa, shape, window, last=True, dtype=dtype, nan=prod(window[0]) <= 4 and window[1] == window[0])


@pytest.mark.parametrize("isa", ISAS)
@pytest.mark.parametrize("dtype", ["?", "i1", "u2", "i4", "u8", "f4", "f8"])
@pytest.mark.parametrize(
    ("shape", "window"),
    [
        ((2, 37, 9, 10), ((3, 3), (1, 1), (1, 1))),
        ((2, 16, 19, 4), ((3, 3), (1, 1))),
        ((1, 64, 9, 16), ((3, 3), (1, 1), (1, 1))),
        ((1, 256, 5, 5), ((3, 3), (1, 1), (1, 1))),
        ((2, 20, 3, 3), ((3, 3), (1, 1))),  # one window
        ((2, 20, 1, 2), ((3, 3), (1, 1), (1, 1))),
        ((2, 18, 6, 7), ((3, 3), (1, 1), ((0, 2), (2, 0)))),
        ((2, 37, 9, 10), ((3, 3), (2, 2), (1, 1))),
        ((2, 16, 40, 5), ((3, 3), (2, 2))),
        ((2, 20, 36, 6), ((3, 3), (2, 2), (1, 1))),
        ((1, 64, 21, 16), ((3, 3), (2, 2), (1, 1))),
        ((2, 18, 12, 11), ((3, 3), (2, 2), ((1, 0), (0, 1)), (1, 1), True)),
        ((2, 17, 8, 8), ((3, 3), (2, 2), ((2, 0), (0, 0)))),
        ((2, 17, 3, 4), ((3, 3), (2, 2))),  # one window
    ],
    ids=str,
)
def test_sums_of_channels_of_small_windows(isa, shape, window, dtype):
    path = SUMS if summed(isa, shape, window, np.dtype(dtype).itemsize) else CHANNELS
    check({path}, isa, shape, window, last=True, dtype=dtype)


@pytest.mark.parametrize("isa", ISAS)
@pytest.mark.parametrize(
    ("dtype", "shape", "window", "taken"),
    [
        ("u1", (2, 35, 9, 19), ((4, 16), (1, 2), (1, 3)), SUMS),  # as many taps as vectors of 64 bytes take
        ("u1", (2, 35, 9, 12), ((8, 9), (1, 1)), CHANNELS),
        ("f4", (2, 4, 12, 13), ((2, 2), (1, 1), (1, 1)), SUMS),  # 16 bytes of channels
        ("f4", (2, 3, 12, 13), ((2, 2), (1, 1), (1, 1)), CHANNELS),
        ("f4", (2, 20, 12, 40), ((2, 2), (2, 9)), CHANNELS),  # a larger stride
    ],
    ids=str,
)
def test_sums_of_channels_at_the_limits(isa, dtype, shape, window, taken):
    path = taken if summed(isa, shape, window, np.dtype(dtype).itemsize) else CHANNELS
    check({path}, isa, shape, window, last=True, dtype=dtype)


@pytest.mark.parametrize("isa", ISAS)
@pytest.mark.parametrize(
    ("shape", "window", "offset"),
    [
        ((3, 1026, 1024, 4), ((2, 2), (2, 2), (1, 1)), 0),  # more than 32 MiB: past the caches
        ((3, 1026, 1024, 4), ((2, 2), (2, 2), (1, 1)), 16),
        ((3, 1026, 1024, 4), ((2, 2), (2, 2), (1, 1)), 4),
        ((1, 1026, 1024, 9), ((2, 2), (1, 1), (1, 1)), 0),  # cells that do not begin at multiples of 16
        ((2, 131, 320, 70), ((3, 3), (2, 2)), 4),
        ((3, 130, 321, 48), ((3, 3), (2, 2), (1, 1)), 0),
        ((2, 59, 40, 96), ((3, 3), (2, 2), (1, 1)), 16),  # rows of whole vectors that begin amid a line of the cache
        ((2, 59, 50, 64), ((3, 3), (2, 2)), 60),
        ((1, 70, 71, 1100), ((3, 3), (2, 2), (1, 1)), 16),
        ((1, 71, 70, 1100), ((3, 3), (1, 1)), 4),
        ((4, 133, 160, 70), ((3, 3), (1, 1), (1, 1)), 12),
        ((3, 150_000, 1, 16), ((3, 3), (2, 2), (1, 1)), 0),  # rows of one pixel
        ((3, 130, 321, 44), ((3, 3), (2, 2), (1, 1)), 16),  # cells of few vectors, the last one in part
        ((2, 130, 131, 16), ((3, 3), (2, 2), (1, 1)), 0),  # not past the caches, but not in a near one
    ],
    ids=str,
)
def test_sums_of_channels_into_any_place_in_memory(isa, shape, window, offset):
    out = at_offset(shape, np.dtype("f4"), offset).transpose(0, 3, 1, 2)
    taken = {SUMS} if summed(isa, out.shape, window, 4) else {CHANNELS, PARTS}
    check(taken, isa, out.shape, window, last=True, threads=2, out=out)


@pytest.mark.parametrize("isa", ISAS)
@pytest.mark.parametrize("dtype", ["?", "i1", "u2", "i4", "u8", "f4", "f8"])
@pytest.mark.parametrize(
    ("shape", "window"),
    [
        ((2, 9, 7, 7), ((3, 3), (1, 1), (1, 1))),
        ((2, 9, 3, 3), ((3, 3), (1, 1), (1, 1))),  # windows as large as planes
        ((1, 4, 14, 13), ((2, 2), (1, 1), ((0, 1), (1, 0)))),
        ((1, 3, 9, 11), ((1, 3), (1, 1), ((0, 0), (2, 0)))),
        ((1, 3, 9, 11), ((3, 2), (1, 1), ((0, 4), (3, 0)), (2, 3))),
        ((1, 2, 1, 1), ((1, 1), (1, 1))),  # fewer cells than a vector has lanes
        ((1, 3, 150, 151), ((2, 2), (1, 1), ((1, 0), (0, 1)))),  # several runs of cells
        ((3, 5, 6, 16), ((3, 3), (1, 1), (1, 1))),  # rows that fill vectors,
        ((2, 3, 9, 20), ((3, 3), (1, 1), ((0, 2), (2, 0)))),
        ((2, 3, 5, 36), ((3, 3), (1, 1), (1, 1))),
        ((1, 2, 150, 160), ((3, 3), (1, 1), (1, 1))),
        ((1, 7, 11, 20), ((5, 5), (1, 1), (2, 2))),  # in a vector what is left of two runs of rows,
        ((2, 5, 9, 8), ((3, 3), (1, 1), (1, 1))),  # of two,
        ((1, 1, 3, 20), ((3, 3), (1, 1), (1, 1))),  # the first of one row, which ends in the second
        ((1, 1, 342, 24), ((3, 3), (1, 1), (1, 1))),  # a last run of one row
        ((2, 3, 7, 64), ((5, 5), (1, 1), (2, 2))),
        ((1, 3, 90, 128), ((5, 5), (1, 1), ((0, 4), (3, 1)))),
        ((2, 2, 3, 7, 14), ((1, 3, 3), (1, 1, 1), (0, 1, 1))),
        ((2, 3, 4, 5, 6), ((2, 1, 2), (1, 1, 1), ((0, 1), (0, 0), (1, 0)))),
        ((3, 25), ((3,), (1,), (1,))),
    ],
    ids=str,
)
def test_sums_of_all_cells(isa, shape, window, dtype):
    planes = prod(shape[: -len(window[0])])
    check({GROUPS if planes >= 4 else PLANES}, isa, shape, window, dtype=dtype)


@pytest.mark.parametrize("isa", ISAS)
@pytest.mark.parametrize(
    ("shape", "window", "offset"),
    [
        ((1, 8, 1026, 1024), ((2, 2), (1, 1), ((0, 1), (0, 1))), 0),  # more than 20 MiB: past the caches
        ((1, 8, 1026, 1023), ((2, 2), (1, 1), ((0, 1), (0, 1))), 4),
        ((1, 8, 1026, 1024), ((2, 1), (1, 1), ((0, 1), (0, 0))), 16),
        ((1, 8, 1026, 1023), ((1, 2), (1, 1), ((0, 0), (0, 1))), 4),
        ((8000, 28, 28), ((3, 3), (1, 1), (1, 1)), 0),
        ((16_000, 21, 20), ((3, 3), (1, 1), (1, 1)), 60),
        ((40_000, 14, 14), ((3, 3), (1, 1), (1, 1)), 4),  # rows of one vector
        ((110_000, 7, 7), ((3, 3), (1, 1), (1, 1)), 4),  # which they leave half empty
        ((1, 8, 1026, 1024), ((5, 5), (1, 1), (2, 2)), 12),
        ((2, 3_000_001), ((3,), (1,), (1,)), 4),
    ],
    ids=str,
)
def test_sums_of_all_cells_into_any_place_in_memory(isa, shape, window, offset):
    out, planes = at_offset(shape, np.dtype("f4"), offset), prod(shape[: -len(window[0])])
    parts = {PARTS} if planes < 32 else set()
    check({GROUPS if planes >= 4 else PLANES, *parts}, isa, shape, window, threads=2, out=out)


@pytest.mark.parametrize("isa", ISAS)
@pytest.mark.parametrize(
    ("shape", "window", "last"),
    [
        ((1, 5, 12, 13), ((2, 2), (1, 1)), False),  # fewer outputs than cells
        ((1, 5, 12, 13), ((2, 2), (1, 1), (1, 1)), False),  # more
        ((1, 5, 12, 13), ((5, 5), (1, 1), (2, 2)), False),  # too many taps
        ((1, 5, 2, 13), ((3, 1), (1, 1), (1, 0)), False),  # a window that is higher than the planes
        ((1, 3000, 3, 10), ((3, 3), (1, 1), (1, 1)), True),  # rows of outputs that do not fit in scratch
    ],
    ids=str,
)
def test_what_is_not_summed_over_all_cells(isa, shape, window, last):
    rng, layer = np.random.default_rng(0), MaxPool2d(*window)
    x = channels_last(rng.random(shape, "f4"), 2) if last else rng.random(shape, "f4")
    with running(isa, 1):
        dout = rng.random(layer.forward(x).shape, "f4")
        dx = layer.backward(channels_last(dout, 2) if last else dout)
        assert _kernels.last_ways()[1] != FLAT
        assert_same(dx, added(dout, layer.indices, shape, 2))
