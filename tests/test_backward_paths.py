"""Backward's ways of cutting up its work: each is taken where it should be, and each gives np.add.at's bits."""

import numpy as np
import pytest
from arrays import at_offset
from gradients import (
    CELLS,
    CHANNELS,
    GROUPS,
    INDICES,
    ONE,
    PAIRS,
    PARTS,
    PLANES,
    check,
)
from tables import ISAS


@pytest.mark.parametrize("isa", ISAS)
@pytest.mark.parametrize(
    ("shape", "window", "last", "threads", "taken"),
    [
        ((3, 5, 9, 10), ((3, 3), (2, 2), (1, 1)), False, 1, {GROUPS}),
        ((1, 7, 150, 90), ((2, 2), (2, 2), (1, 1)), False, 1, {GROUPS}),  # several chunks, and a last group of three
        ((1, 6, 400, 300), ((5, 5), (2, 2), (1, 1)), False, 2, {GROUPS, PARTS}),  # blocks, and a last group of two
        ((1, 3, 20, 20), ((5, 5), (1, 1), (2, 2)), False, 1, {PLANES}),
        ((3, 5, 7, 7), ((7, 7),), False, 1, {ONE}),  # planes of one window,
        ((3, 7, 9, 10), ((3, 4), (3, 3), (0, 1)), False, 1, {ONE}),  # or nine; a column is left over
        ((5, 40, 34, 17), ((17, 17), (17, 17)), False, 2, {ONE}),  # codes of two bytes
        ((4, 6, 50), ((9,), (10,)), False, 1, {ONE}),
        ((2, 3, 1, 8, 8), ((1, 4, 4),), False, 1, {ONE}),
        ((2, 6, 9, 9), ((4, 4), (4, 4)), False, 1, {GROUPS}),  # a row is left over
        ((2, 6, 40, 41), ((5, 5), (2, 2), (2, 2)), True, 1, {CHANNELS}),  # channels that are no multiple of four
        ((2, 3, 40, 41), ((3, 3), (2, 2)), True, 1, {CHANNELS}),  # fewer than fill a vector
        ((2, 17, 12, 13), ((3, 11), (1, 1), (1, 5)), True, 1, {CHANNELS}),  # more taps than are added in vectors
        ((1, 6, 60, 61), ((17, 17), (3, 3), (8, 8)), True, 1, {CHANNELS}),  # codes of two bytes
        ((1, 2, 500, 400), ((9, 9), (1, 1), (4, 4)), False, 2, {PLANES, PARTS}),
        ((1, 9, 400, 200), ((5, 5), (2, 2), (1, 1)), True, 2, {CHANNELS, PARTS}),
        ((1, 2, 400, 500), ((17, 17), (3, 3), (8, 8)), False, 2, {PLANES, PARTS}),  # codes of two bytes
        ((1, 1, 1, 400_000), ((1, 3), (1, 2)), False, 2, {PLANES, PARTS}),  # one row: cut along its columns
        ((2, 3, 300, 260), ((257, 256), (9, 2)), False, 2, {INDICES}),  # codes of four bytes
        ((1, 5, 258, 270), ((257, 257), (1, 1), (100, 9)), True, 1, {INDICES}),
    ],
)
def test_path(isa, shape, window, last, threads, taken):
    check(taken, isa, shape, window, last, threads)


@pytest.mark.parametrize("isa", ISAS)
@pytest.mark.parametrize("dtype", ["f4", "f8", "i4", "u4", "i8", "u8"])
@pytest.mark.parametrize(
    ("shape", "window"),
    [
        ((3, 5, 8, 8), ((2, 2),)),  # all rows of all planes are one plane's
        ((3, 5, 12, 34), ((2, 2),)),
        ((3, 5, 13, 34), ((2, 2),)),  # a row left over
        ((3, 5, 12, 35), ((2, 2),)),  # a column
        ((3, 5, 13, 35), ((2, 2),)),
        ((4, 9, 2, 2), ((2, 2),)),  # one window a plane
        ((2, 9, 6, 6), ((2, 2),)),  # rows of three, which end past their end
        ((2, 9, 17, 17), ((2, 2),)),
        ((2, 3, 7, 17), ((3, 2),)),
        ((2, 3, 7, 14), ((1, 2),)),
        ((1, 7, 150, 90), ((2, 2),)),  # several chunks
        ((1, 7, 151, 91), ((2, 2),)),
        ((2, 3, 6, 8, 10), ((2, 2, 2),)),
        ((2, 3, 6, 9, 17), ((2, 2, 2),)),
        ((2, 3, 4, 6, 6), ((2, 2, 2),)),  # rows whose end past their end would be in the next slice
        ((2, 3, 3, 6, 6), ((1, 2, 2),)),
        ((2, 3, 3, 7, 16), ((1, 2, 2),)),
        ((2, 3, 6, 4, 34), ((3, 1, 2),)),
        ((1, 2, 4, 150, 90), ((2, 2, 2),)),  # several chunks a slice
        ((1, 2, 4, 151, 91), ((2, 2, 2),)),
        ((3, 5, 20), ((2,),)),
        ((3, 5, 21), ((2,),)),
        ((2, 20_000), ((2,),)),
    ],
    ids=str,
)
def test_pairs(isa, shape, window, dtype):
    check({PAIRS}, isa, shape, window, dtype=dtype, nan=True)


@pytest.mark.parametrize("isa", ISAS)
@pytest.mark.parametrize(
    ("shape", "window"),
    [
        ((3, 5, 12, 34), ((2, 2), (2, 2), (1, 1))),  # padding
        ((3, 5, 12, 34), ((2, 2), (2, 1))),  # windows that overlap
        ((3, 5, 12, 34), ((2, 2), (2, 3))),  # columns between them
        ((3, 5, 12, 34), ((2, 2), (2, 2), (0, 0), (2, 1))),
        ((3, 5, 12, 35), ((2, 2), (2, 2), (0, 0), (1, 1), True)),  # a last column of half a window
        ((3, 5, 12, 36), ((2, 3),)),
        ((2, 3, 5, 8, 10), ((2, 2, 2),)),  # a slice left over
        ((3, 5, 13, 14), ((2, 2),)),  # a row left over, and rows of 28 bytes
    ],
    ids=str,
)
def test_what_is_not_pairs(isa, shape, window):
    check({GROUPS}, isa, shape, window)


@pytest.mark.parametrize("isa", ISAS)
@pytest.mark.parametrize("dtype", ["?", "i1", "u2"])
def test_pairs_are_of_four_bytes_or_more(isa, dtype):
    check({GROUPS}, isa, (3, 5, 12, 34), ((2, 2),), dtype=dtype)


@pytest.mark.parametrize("isa", ISAS)
@pytest.mark.parametrize(
    ("shape", "window"),
    [
        ((1, 3, 400, 402), ((2, 2),)),
        ((1, 3, 401, 403), ((2, 2),)),
        ((2, 2, 4, 150, 255), ((2, 2, 2),)),
        ((2, 200_001), ((2,),)),
    ],
    ids=str,
)
def test_pairs_on_two_threads(isa, shape, window):
    check({PAIRS}, isa, shape, window, threads=2, nan=True)


@pytest.mark.parametrize("isa", ISAS)
@pytest.mark.parametrize(
    ("dtype", "shape", "offset"),
    [
        ("f4", (1, 1600, 70, 60), 0),  # more than 20 MiB: past the caches
        ("f4", (1, 1600, 70, 60), 16),
        ("f4", (1, 1600, 70, 60), 4),
        ("f8", (1, 900, 70, 60), 48),
        ("f8", (1, 900, 70, 60), 8),
        ("i4", (1, 1600, 70, 62), 0),  # rows that do not begin at multiples of 16
        ("f4", (1, 1600, 71, 60), 0),  # a row left over
        ("f4", (1_100_000, 8), 0),  # rows of one vector of four, or of half
        ("f4", (12, 17, 12, 10), 4),
        ("f8", (12, 17, 12, 10), 8),
    ],
    ids=str,
)
def test_pairs_into_any_place_in_memory(isa, dtype, shape, offset):
    out = at_offset(shape, np.dtype(dtype), offset)
    check({PAIRS}, isa, shape, ((2,) * min(2, len(shape) - 1),), threads=2, dtype=dtype, out=out)


@pytest.mark.parametrize("isa", ISAS)
@pytest.mark.parametrize("dtype", ["?", "i1", "u1", "i2", "u2", "i4", "u4", "i8", "u8", "f4", "f8"])
@pytest.mark.parametrize(
    ("shape", "window"),
    [
        ((2, 70, 12, 14), ((2, 2),)),
        ((3, 19, 13, 15), ((2, 2),)),  # a row and a column left over
        ((2, 33, 9, 12), ((3, 3),)),
        ((2, 17, 10, 12), ((5, 4),)),
        ((2, 16, 6, 7, 8), ((2, 2, 2),)),
        ((2, 25, 40), ((2,),)),
        ((2, 40, 23), ((5,),)),
    ],
    ids=str,
)
def test_cells(isa, shape, window, dtype):
    check({CELLS if isa != "scalar" else CHANNELS}, isa, shape, window, last=True, dtype=dtype, nan=True)


@pytest.mark.parametrize("isa", ISAS)
@pytest.mark.parametrize(
    ("shape", "offset"),
    [
        ((3, 1026, 1024, 4), 0),  # more than 32 MiB: past the caches
        ((2, 258, 259, 64), 16),  # a column left over
        ((2, 260, 256, 64), 16),
        ((2, 260, 256, 64), 4),
        ((3, 260, 256, 44), 0),  # no whole vectors
        ((2, 34, 25, 192), 16),  # rows of whole vectors that begin amid a line of the cache
        ((2, 42, 38, 128), 60),
    ],
    ids=str,
)
def test_cells_into_any_place_in_memory(isa, shape, offset):
    out = at_offset(shape, np.dtype("f4"), offset).transpose(0, 3, 1, 2)
    taken = {CELLS} if isa != "scalar" else {CHANNELS, PARTS}
    check(taken, isa, out.shape, ((2, 2),), last=True, threads=2, out=out)


@pytest.mark.parametrize("isa", ISAS)
@pytest.mark.parametrize("dtype", ["?", "i1", "u2", "i4", "u8", "f4", "f8"])
@pytest.mark.parametrize(
    ("shape", "window"),
    [
        ((2, 16, 7, 7), ((3, 3), (1, 1), (1, 1))),
        ((1, 8, 14, 13), ((3, 3), (1, 1), (1, 1))),
        ((5, 3, 12, 13), ((2, 2), (1, 1))),  # a last group of three
        ((1, 16, 3, 3), ((2, 2), (1, 1), (1, 1))),
        ((1, 9, 1, 30), ((1, 5), (1, 1), (0, 1))),
        ((1, 20, 30, 1), ((3, 1), (1, 1), (1, 0))),
        ((1, 20, 12, 13), ((2, 3), (1, 1), ((1, 0), (0, 2)), (3, 2))),
        ((1, 17, 12, 13), ((5, 3), (3, 4), (2, 1), (2, 3))),
        ((1, 9, 20, 21), ((13, 13), (1, 1), (6, 6))),
        ((1, 8, 20, 300), ((1, 255), (1, 3), (0, 7))),  # as many columns as a code names
        ((1, 8, 300, 20), ((256, 1), (3, 1))),
        ((1, 11, 160, 61), ((4, 4), (2, 1), (1, 1))),  # several chunks
        ((2, 25, 40), ((5,), (1,), (1,))),
        ((2, 25, 40), ((1,), (3,))),
        ((3, 6, 3, 12, 13), ((1, 2, 2), (1, 1, 1))),  # several depths
        ((3, 6, 3, 12, 13), ((2, 2, 2), (1, 1, 1))),
        ((2, 16, 20, 20), ((17, 17), (1, 1), (8, 8))),  # codes of two bytes
    ],
    ids=str,
)
def test_groups_of_planes(isa, shape, window, dtype):
    check({GROUPS}, isa, shape, window, dtype=dtype)
