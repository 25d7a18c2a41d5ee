"""Backward as sums of rows: taken where it should be, with np.add.at's bits."""

from math import prod

import numpy as np
import pytest
from arrays import at_offset
from gradients import GROUPS, PAIRS, PARTS, PLANES, check
from tables import ISAS


def expected(shape, window):
    """The way of instruction sets without sums of rows, which those with them take where these do not serve."""
    return GROUPS if prod(shape[: -len(window[0])]) >= 4 else PLANES


@pytest.mark.parametrize("isa", ISAS)
@pytest.mark.parametrize("dtype", ["?", "u2", "i4", "u4", "i8", "u8", "f4", "f8"])
@pytest.mark.parametrize(
    ("shape", "window"),
    [
        ((1, 5, 9, 28), ((3, 3), (2, 2), (1, 1))),
        ((2, 3, 9, 55), ((3, 3), (2, 2))),  # rows that are too short
        ((1, 9, 9, 56), ((3, 3), (2, 2))),
        ((1, 40, 6, 57), ((3, 3), (2, 2), (1, 1))),  # groups of planes
        ((2, 3, 8, 64), ((3, 3), (2, 2), (0, 0), (1, 1), True)),  # a last window of less
        ((1, 2, 9, 65), ((3, 3), (2, 2), ((2, 0), (2, 1)))),  # a first window of one column
        ((1, 1, 1, 70), ((1, 3), (1, 2), (0, 1))),
        ((1, 3, 4000, 66), ((3, 3), (2, 2))),
        ((3, 5, 90), ((3,), (2,), (1,))),
        ((1, 2, 70, 300), ((3, 3), (2, 2), (1, 1))),  # blocks of rows
        ((1, 2, 9, 4000), ((3, 3), (2, 2), (1, 1))),  # of one or two rows
        ((1, 70, 3, 66), ((3, 3), (2, 2))),  # planes of one row of outputs
        ((1, 6, 9, 28), ((3, 3), (2, 2), (1, 1))),  # rows of two vectors
        ((2, 19, 7, 14), ((3, 3), (2, 2))),  # two planes together
        ((2, 20, 8, 13), ((3, 3), (2, 2), (1, 1))),
        ((2, 20, 5, 7), ((3, 3), (2, 2), ((1, 0), (0, 1)))),
        ((1, 20, 1, 16), ((1, 3), (1, 2), (0, 1))),
        ((2, 9, 9, 17), ((3, 3), (2, 2), ((2, 1), (2, 2)))),
        ((1, 4, 5, 129), ((3, 3), (2, 2), (1, 1))),  # rows that are made line by line
        ((1, 3, 9, 300), ((3, 3), (2, 2))),
        ((2, 9, 8, 13), ((3, 3), (1, 1))),
        ((2, 9, 8, 28), ((3, 3), (1, 1), ((0, 2), (2, 1)))),  # rows of outputs that are longer
        ((2, 9, 3, 40), ((3, 3), (1, 1))),
        ((2, 9, 7, 7), ((2, 2), (1, 1))),
        ((2, 9, 13, 28), ((2, 2), (1, 1), (1, 1))),
        ((3, 5, 35), ((2,), (1,))),
        ((1, 2, 70, 300), ((2, 2), (1, 1))),  # blocks of rows
        ((2, 9, 8, 12), ((2, 2), (2, 2), (1, 1))),
        ((1, 2, 700, 41), ((2, 2), (2, 2), ((0, 1), (1, 0)))),
    ],
    ids=str,
)
def test_rows(isa, shape, window, dtype):
    check({expected(shape, window)}, isa, shape, window, dtype=dtype)


@pytest.mark.parametrize("isa", ISAS)
@pytest.mark.parametrize(
    ("shape", "window"),
    [
        ((1, 3, 9, 66), ((3, 3), (2, 3), (1, 1))),
        ((1, 3, 9, 66), ((3, 3), (2, 1))),
        ((1, 3, 9, 66), ((3, 4), (2, 2), (1, 1))),
        ((1, 3, 9, 66), ((3, 3), (2, 2), (1, 1), (1, 2))),
        ((1, 3, 9, 66), ((3, 3), (2, 2), (1, 1), (2, 1))),
        ((1, 2, 9, 67), ((2, 3), (3, 2), (1, 1))),
        ((1, 3, 9, 66), ((2, 3), (2, 2))),
        ((1, 3, 9, 66), ((1, 3), (1, 2))),
        ((1, 3, 9, 66), ((3, 3), (1, 2), (1, 1))),
        ((1, 3, 2, 9, 66), ((1, 3, 3), (1, 2, 2), (0, 1, 1))),
        ((1, 3, 2, 60000), ((1, 3), (1, 2))),  # rows that do not fit in scratch
    ],
    ids=str,
)
def test_what_is_not_rows(isa, shape, window):
    check({PLANES}, isa, shape, window)


@pytest.mark.parametrize("isa", ISAS)
@pytest.mark.parametrize(
    ("dtype", "shape", "window", "offset"),
    [
        ("f4", (1, 8, 1026, 1024), ((3, 3), (2, 2), (1, 1)), 0),  # more than 32 MiB: past the caches
        ("f4", (1, 8, 1027, 1023), ((3, 3), (2, 2)), 4),  # no line begins where a row does
        ("f4", (1, 9, 1000, 1001), ((3, 3), (2, 2), (1, 1)), 60),
        ("f8", (1, 2, 1400, 1601), ((3, 3), (2, 2), (1, 1)), 8),
        ("i4", (1800, 70, 70), ((3, 3), (2, 2), (1, 1)), 16),
        ("f4", (12, 40, 41, 57), ((3, 3), (2, 2), (1, 1)), 4),
        ("f4", (5300, 33, 32), ((3, 3), (2, 2), (1, 1)), 12),  # as short as rows may be from memory
        ("f4", (6, 9, 320, 321), ((2, 2), (2, 2), (1, 1)), 20),
        ("f8", (6, 320, 41, 43), ((2, 2), (2, 2), ((0, 1), (1, 0)), (1, 1), True), 8),
        ("i4", (40, 120, 9, 128), ((2, 2), (2, 2), (0, 0), (1, 1), True), 0),
    ],
    ids=str,
)
def test_rows_into_any_place_in_memory(isa, dtype, shape, window, offset):
    out = at_offset(shape, np.dtype(dtype), offset)
    parts = {PARTS} if prod(shape[:-2]) < 32 else set()
    check({expected(shape, window), *parts}, isa, shape, window, threads=2, dtype=dtype, out=out)


@pytest.mark.parametrize("isa", ISAS)
@pytest.mark.parametrize(
    ("dtype", "shape", "offset"),
    [
        ("f4", (1, 8, 1026, 1024), 0),  # more than 32 MiB: past the caches
        ("f4", (1, 8, 1026, 1024), 4),
        ("f8", (1, 4, 1026, 1028), 8),
        ("i4", (1, 8, 1026, 1026), 0),
        ("f4", (1, 8, 1027, 1023), 0),  # a row and a column left over
        ("f4", (1, 1, 901, 12_000), 4),
        ("u4", (3200, 43, 41), 16),  # as short as rows may be
    ],
    ids=str,
)
def test_rows_of_windows_side_by_side(isa, dtype, shape, offset):
    out, window = at_offset(shape, np.dtype(dtype), offset), ((2,) * min(2, len(shape) - 1),)
    check({PAIRS}, isa, shape, window, threads=2, dtype=dtype, out=out)
