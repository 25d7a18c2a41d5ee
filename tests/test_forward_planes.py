"""Forward over whole planes, in rows or side by side: each is taken where it should be, and gives the right bits."""

import numpy as np
import pytest
import reference
from arrays import values
from forward_paths import ALL, ASIDE, COLUMNS, PASSES, PLANES, ROWS, check, each, pooled
from tables import ISAS

import cpool

# By table, without a record and with one; else passes.
WIDE = {"avx512": (PLANES, PLANES), "avx2": (PASSES, PLANES)}
SIDE_BY_SIDE = dict.fromkeys(("avx512", "avx2"), (ASIDE, ASIDE))
WITH_RECORD = dict.fromkeys(("avx512", "avx2"), (PASSES, ASIDE))


@pytest.fixture
def one_thread():
    threads = cpool.get_num_threads()
    cpool.set_num_threads(1)
    yield
    cpool.set_num_threads(threads)


@each(
    [
        (ALL, (3, 7, 7, 7), ((3, 3), (1, 1), (1, 1))),
        (ALL, (3, 7, 7, 7), ((3, 3), (2, 2), (1, 1))),
        (ALL, (3, 7, 7, 7), ((2, 2), (2, 2))),
        (ALL, (3, 5, 8, 8), ((2, 2), (1, 1), (1, 0))),
        ("f4 u1 f8", (1, 600, 7, 7), ((3, 3), (1, 1), (1, 1))),  # several groups of planes
        ("f4 u1", (2, 3, 14, 14), ((3, 3), (1, 1), (1, 1))),
        ("f4 i4", (2, 3, 14, 32), ((3, 3), (1, 1), (1, 1))),  # the longest rows
        ("u1 ?", (2, 3, 9, 128), ((3, 3), (1, 1), (1, 1))),
        ("f4", (2, 3, 9, 64), ((3, 3), (2, 2), (1, 1))),
        ("f4", (2, 3, 20, 20), ((5, 5), (1, 1), (2, 2))),  # the rest of a row, of two planes in a vector
        ("f4 i4", (1, 7, 9, 19), ((5, 5), (1, 1), (2, 2))),
        (ALL, (3, 7, 6, 7), ((5, 5), (1, 1), (2, 2))),
        ("f4 u1 f8", (2, 5, 13, 11), ((5, 5), (1, 1), ((0, 3), (1, 2)))),
        ("f4 u1", (3, 5, 2, 9), ((5, 5), (1, 1), (2, 2))),  # windows higher than the planes
        ("f4 u1", (2, 3, 6, 9), ((2, 2), (1, 1))),  # an odd number of rows of outputs
        ("f4 f8", (1, 19, 9, 7), ((3, 3), (2, 2), (1, 1))),  # two planes in a vector, of the last one alone
        ("f4 f8 i4", (1, 20, 2, 5), ((3, 3), (2, 2), (1, 1))),  # that has more outputs than a plane
        ("f4 i4", (1, 19, 7, 7), ((3, 3), (2, 2))),  # four planes in a vector, of the last three one by one
        ("f4 i4", (1, 11, 13, 13), ((3, 3), (2, 2))),  # two, of part of a vector
        ("f4 i4", (1, 9, 7, 4), ((2, 2), (2, 2))),
        ("f4", (2, 2, 99, 41), ((3, 3), (2, 2), (1, 1))),  # the largest planes
        ("u1 i2", (2, 3, 41, 92), ((3, 3), (2, 2), (1, 1))),
        ("f4 f8 u1", (2, 8, 16, 12), ((3, 3), (2, 2), ((0, 1), (2, 2)))),
        ("f4 f8", (2, 3, 8, 11), ((3, 3), (2, 2), (0, 1), (1, 1), True)),  # windows that see padding below
        ("f4 f8 u1", (3, 4, 1, 1), ((3, 3), (1, 1), (1, 1))),
        ("f4 f8", (3, 1, 9), ((2, 2), (2, 2), (1, 1))),
        ("f4 f8", (2, 11, 8, 2), ((2, 2), (2, 2))),  # rows of one output
        ("f4 u1 i2", (1, 16, 3, 3), ((3, 3), (2, 2))),  # one output a plane
    ]
)
@pytest.mark.parametrize("layout", ["contiguous", "inside"])
def test_planes(layout, dtype, arguments):
    check(PLANES, dtype, *arguments, layout)


@each([("f4 i4", (3, 5, 12, 24), ((2, 2), (2, 2))), ("f4", (2, 3, 8, 33), ((2, 2), (2, 2)))])
def test_planes_of_rows_of_one_vector(dtype, arguments):
    check({isa: (PLANES, PLANES) if isa == "avx512" else (ROWS, ROWS) for isa in ISAS}, dtype, *arguments)


@each(
    [
        ("f4", (1, 5000, 5, 51), ((3, 3), (2, 2))),  # 25 outputs a row, more than 4 MiB
        ("f4 i4", (1, 7000, 5, 35), ((2, 2), (2, 2))),  # 17
    ]
)
def test_rows_of_planes_from_far_caches(dtype, arguments):
    check(ROWS, dtype, *arguments)
    small = (1, 50, *arguments[0][2:]), arguments[1]
    check(PLANES, dtype, *small)


@each(
    [
        ("f4", (1, 7000, 5, 35), ((2, 2), (2, 2), (1, 1))),
        ("f4", (1, 5000, 5, 51), ((3, 3), (2, 2), ((1, 1), (0, 0)))),
    ]
)
def test_planes_from_far_caches_that_see_padding(dtype, arguments):
    check(PLANES, dtype, *arguments)


@each(
    [
        ("f4 u4", (2, 3, 9, 60), ((3, 3), (1, 1), (1, 1))),
        ("f4", (2, 2, 35, 33), ((5, 5), (1, 1), (2, 2))),
        ("f8 i8", (2, 17, 6, 30), ((2, 2), (1, 1), (1, 0))),
        ("f8", (2, 2, 20, 20), ((5, 5), (1, 1), (2, 2))),
        ("i2", (2, 3, 9, 70), ((3, 3), (1, 1))),
        ("u1", (2, 3, 9, 141), ((3, 3), (1, 1))),
    ]
)
@pytest.mark.parametrize("layout", ["contiguous", "inside"])
def test_wide_planes(layout, dtype, arguments):
    check(WIDE, dtype, *arguments, layout)


@each(
    [
        ("f4 i4 u4", (2, 9, 13, 13), ((9, 9), (1, 1), (4, 4))),
        ("f4 i4 u4", (1, 37, 7, 7), ((7, 7), (1, 1), (3, 3))),  # a last group over the one before
        ("f4", (1, 1050, 5, 4), ((6, 6), (1, 1), (3, 3))),
        ("f4 i4", (1, 16, 7, 7), ((4, 4), (1, 1), (1, 2))),
        ("f4", (1, 16, 20, 20), ((16, 16), (1, 1), (15, 0))),
        ("f4", (1, 18, 9, 16), ((6, 6), (1, 1), (0, 2))),  # most of the last group twice, of short rows
        ("f4 i4", (1, 19, 14, 9), ((6, 6), (1, 1), (0, 1))),  # a last row of fewer outputs than are put back at once
        ("f4", (1, 16, 2, 9), ((6, 6), (1, 1), ((4, 3), (5, 0)))),
        ("f4", (1, 16, 8, 9), ((6, 6), (1, 1))),  # three rows of outputs
        ("f4 i4 u4", (1, 35, 9, 14), ((4, 4), (2, 2), (1, 1))),
        ("f4 i4", (1, 17, 13, 20), ((5, 5), (2, 2), ((2, 1), (0, 3)), (1, 1), True)),
        ("f4", (1, 16, 21, 19), ((16, 16), (2, 2), ((15, 8), (7, 9)))),
        ("f4", (1, 17, 41, 40), ((3, 3), (3, 3), (1, 1))),
        ("f4 u4", (1, 19, 23, 31), ((5, 5), (3, 3), ((2, 1), (0, 2)), (1, 1), True)),
    ]
)
@pytest.mark.parametrize("layout", ["contiguous", "inside"])
def test_planes_side_by_side(one_thread, layout, dtype, arguments):
    check(SIDE_BY_SIDE, dtype, *arguments, layout)


@each(
    [
        ("f4 i4 u4", (1, 35, 7, 8), ((7, 7), (7, 7))),  # one output
        ("f4 i4", (1, 33, 9, 13), ((2, 2), (3, 3))),  # rows and columns that no window sees
        ("f4", (1, 16, 32, 32), ((4, 4), (4, 4))),  # planes of x in each other's way
        ("f4", (1, 16, 60, 700), ((3, 3), (3, 3))),  # blocks of few rows, of which
        ("f4", (1, 16, 99, 900), ((2, 2), (9, 9))),  # the next one's are past those that are there
    ]
)
@pytest.mark.parametrize("layout", ["contiguous", "inside"])
def test_planes_side_by_side_or_columns(one_thread, layout, dtype, arguments):
    check(SIDE_BY_SIDE | dict.fromkeys(("sse2", "neon"), (COLUMNS, COLUMNS)), dtype, *arguments, layout)


@each(
    [
        ("f4 i4 u4", (1, 35, 7, 7), ((7, 7), (7, 7))),
        ("f4", (2, 17, 15, 17), ((15, 17), (1, 1))),  # as many cells as places of a byte name
        ("f4 i4", (1, 16, 2, 9), ((2, 9), (2, 1))),
        ("f4", (1, 40, 49), ((49,), (1,))),
    ]
)
@pytest.mark.parametrize("layout", ["contiguous", "inside"])
def test_whole_planes_side_by_side(one_thread, layout, dtype, arguments):
    check(SIDE_BY_SIDE, dtype, *arguments, layout)


@each(
    [
        ("f4 u4", (1, 32, 60, 60), ((13, 13), (1, 1), (6, 6))),  # rows that are moved on
        ("f4", (1, 16, 9, 60), ((13, 13), (1, 1), (6, 6))),  # the longest rows
    ]
)
def test_planes_side_by_side_with_record(one_thread, dtype, arguments):
    check(WITH_RECORD, dtype, *arguments)


@pytest.mark.parametrize(("threads", "isas"), [(2, ("avx512", "avx2")), (3, ("avx2",)), (5, ())])
def test_a_group_of_planes_side_by_side_for_each_thread(one_thread, threads, isas):
    """32 planes are two groups of sixteen, four of eight."""
    window, path = ((9, 9), (1, 1), (4, 4)), dict.fromkeys(isas, (PASSES, ASIDE))
    x = values(np.random.default_rng(0), np.dtype("f4"), (1, 32, 60, 45), "ties")
    cpool.set_num_threads(threads)
    pooled(path, "max", x, window, reference.pool(x, reference.geometry(x.shape[-2:], *window), "max"))


def test_nan_late_in_planes_side_by_side(one_thread):
    """The first one where rows have been moved on, so that those before it went by the order without NaN."""
    window = (13, 13), (1, 1), (6, 6)
    x = values(np.random.default_rng(0), np.dtype("f4"), (1, 32, 60, 60), "ties")
    x[0, 5, 55, 20] = np.nan
    for op in ("max", "min"):
        pooled(WITH_RECORD, op, x, window, reference.pool(x, reference.geometry(x.shape[-2:], *window), op))


@each(
    [
        ("f4", (1, 7, 13, 13), ((9, 9), (1, 1), (4, 4))),  # too few
        ("f4", (1, 18, 13, 17), ((9, 9), (1, 1), (4, 4))),  # most of the last group twice
        ("f4", (1, 16, 32, 32), ((9, 9), (1, 1))),  # planes of x in each other's way,
        ("f4", (1, 16, 39, 23), ((8, 8), (1, 1))),  # of y,
        ("f4", (1, 16, 9, 61), ((13, 13), (1, 1), (6, 6))),  # too long rows
        ("f4", (1, 16, 11, 54), ((6, 6), (1, 1))),  # for so few taps
        ("f4", (1, 16, 13, 13), ((9, 9), (1, 1), (4, 4), (1, 2))),
        ("f4", (1, 16, 13, 13), ((9, 7), (1, 1), (4, 3))),
        ("f4", (1, 16, 13, 13), ((9, 9), (1, 2), (4, 4))),
        ("f4", (1, 16, 9, 3), ((6, 6), (1, 1), (3, 3))),
        ("u1 i2 f8", (1, 70, 13, 13), ((9, 9), (1, 1), (4, 4))),
        ("f4", (1, 16, 13, 44), ((4, 4), (2, 2))),  # too long rows
        ("f4", (1, 16, 32, 16), ((4, 4), (2, 2), (1, 1))),  # planes in each other's way
        ("f4", (1, 7, 9, 9), ((3, 3), (3, 3), (1, 1))),
        ("f4", (1, 16, 20, 2000), ((3, 3), (3, 3), (1, 1))),  # of two rows of outputs the scratch would be too large
    ]
)
def test_planes_not_side_by_side(one_thread, dtype, arguments):
    check(PASSES, dtype, *arguments)


@each([("f4", (1, 16, 12, 32), ((7, 7), (1, 1), (3, 3)))])
def test_rows_of_scratch_in_each_others_way(one_thread, dtype, arguments):
    """With 16 lanes a row is 2048 bytes, which is refused; with 8 it is 1024."""
    check({"avx2": (ASIDE, ASIDE)}, dtype, *arguments)


@pytest.mark.parametrize("dtype", [np.dtype(name) for name in ("f4", "u1", "i2", "f8")], ids=str)
@pytest.mark.parametrize("stride", [1, 2])
def test_planes_apart(dtype, stride):
    """Every second plane, and rows of which the first and last columns are left out."""
    window = (3, 3), (stride, stride), (1, 1)
    x = values(np.random.default_rng(0), dtype, (2 * 19, 9, 10), "odd")[1::2, :, 1:-1]
    for op in ("max", "min"):
        pooled(PLANES, op, x, window, reference.pool(x, reference.geometry(x.shape[-2:], *window), op))
