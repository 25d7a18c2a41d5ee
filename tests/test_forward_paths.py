"""Forward's ways of cutting up its work: each is taken where it should be, and each gives the reference's bits."""

from math import prod

import numpy as np
import pytest
import reference
from arrays import at_offset
from forward_paths import ALL, APART, CHANNELS, PASSES, PIXELS, RING, ROWS, WINDOWS, check, each, pooled
from tables import ISAS, assert_same, layer_class, on_amd, running

from cpool import _kernels


@each(
    [
        ("f4 f8", (2, 3, 8, 8), ((2, 2), (2, 2))),  # all planes are one
        ("f4 i4", (3, 5, 12, 34), ((2, 2), (2, 2))),
        ("f4 f8", (2, 3, 11, 75), ((3, 3), (2, 2))),
        ("f4 f8", (2, 3, 11, 75), ((3, 3), (2, 2), (1, 1))),
        ("f4 f8", (2, 3, 11, 76), ((3, 3), (2, 2), ((0, 1), (2, 2)))),
        ("f4 f8", (2, 3, 13, 75), ((4, 3), (2, 2), (1, 1))),  # as many rows as windows have that begin in padding
        ("? i1 u1 i2 u2", (2, 3, 11, 530), ((3, 3), (2, 2), (1, 1))),
        ("u1 i2", (2, 3, 11, 331), ((3, 3), (2, 2), ((0, 1), (0, 2)))),
        ("u1 i2", (3, 5, 12, 70), ((2, 2), (2, 2))),
        ("u1 i2", (2, 2, 9, 300), ((2, 3), (2, 2), (1, 1), (2, 1))),
        ("f4 u1", (2, 2, 6, 7, 150), ((3, 1, 2), (2, 1, 1), (1, 0, 1))),
        ("f4 f8", (2, 2, 6, 7, 66), ((2, 2, 2), (2, 2, 2))),
        ("f4 u1", (3, 300), ((5,), (1,), (2,))),
        ("f4 f8", (3, 300), ((3,), (2,), (2,))),
        ("f4", (1, 2, 160, 540), ((3, 3), (2, 2))),  # blocks of rows
        ("f4 f8", (4, 1, 8, 64), ((3, 2, 2), (1, 2, 2), ((2, 2), (0, 0), (0, 0)))),  # one slice, several outputs of it
        ("f4", (1, 1, 3, 70000), ((2, 2), (1, 1), (0, 0), (1, 60000))),  # of which passes would take too much scratch
    ]
)
@pytest.mark.parametrize("layout", ["contiguous", "crop", "inside"])
def test_rows(layout, dtype, arguments):
    check(ROWS, dtype, *arguments, layout)


@each(
    [
        ("f4 u1 ? f8 i2", (2, 19, 9, 10), ((3, 3), (2, 2), (1, 1))),
        ("f4 u1", (2, 70, 7, 8), ((2, 2), (2, 2))),
        ("f4 i2", (1, 18, 12, 13), ((3, 3), (2, 1), ((0, 2), (2, 1)), (2, 3))),
        ("f4 u1", (2, 17, 5, 6, 7), ((3, 2, 2), (2, 1, 2), (1, 0, 1))),
        ("f4", (3, 67, 40), ((3,), (2,), (1,))),
        ("f4 u1", (1, 48, 77, 61), ((3, 3), (2, 2), (1, 1))),  # blocks of rows
        ("f4", (2, 64, 3, 40, 30), ((1, 2, 2), (2, 1, 1))),
        ("f4 f8 i2", (1, 300, 9, 10), ((4, 4), (4, 4))),  # pixels of more than eight vectors
        ("u1 ?", (1, 530, 5, 8), ((4, 4), (4, 4))),
    ]
)
@pytest.mark.parametrize("layout", ["channels_last", "channels_last_crop"])
def test_pixels_of_channels(layout, dtype, arguments):
    check(PIXELS, dtype, *arguments, layout)


@each(
    [
        ("f4 f8", (2, 19, 24, 21), ((16, 16), (1, 1), (8, 8))),
        ("f4 i2", (1, 65, 33, 20), ((17, 20), (2, 3), (0, 1))),
        ("f4 f8", (1, 17, 40, 41), ((33, 33), (1, 1), (16, 16))),
        ("i4 ?", (1, 70, 20, 65), ((20, 16), (1, 4))),  # one row of outputs
        ("f4", (1, 16, 64, 130), ((64, 16), (1, 1))),  # strips of columns
        ("u1 i1", (1, 66, 20, 18), ((16, 16), (1, 1), (3, 8))),  # 256 taps
        ("u1", (1, 66, 22, 20), ((17, 16), (1, 2), (8, 0))),  # more, whose records have no vectors
    ]
)
@pytest.mark.parametrize("layout", ["channels_last", "channels_last_crop"])
def test_ring_of_rows(layout, dtype, arguments):
    taken = (RING, PASSES if prod(arguments[1][0]) > 256 and dtype.itemsize == 1 else RING)
    check({isa: taken for isa in ISAS if isa != "scalar"}, dtype, *arguments, layout)


@each(
    [
        (ALL, (2, 19, 9, 7), ((3, 3), (1, 1), (1, 1))),
        (ALL, (2, 17, 6, 5), ((2, 2), (1, 1))),
        ("f4 u1", (2, 70, 19, 4), ((3, 3), (1, 1), (1, 1))),  # blocks of eight rows
        ("f4 f8", (1, 64, 9, 16), ((3, 3), (1, 1))),  # of four: a row of x is 4096 bytes,
        ("f4", (1, 512, 6, 3), ((2, 2), (1, 1), (1, 0))),  # or a pixel 2048
        ("f4 i2", (2, 33, 5, 12), ((3, 3), (1, 2), ((0, 1), (1, 0)))),  # pixels that share one column, or none
        ("f4 u1", (2, 24, 5, 12), ((3, 3), (1, 4), (1, 1))),
        ("f4 f8", (1, 17, 8, 9), ((2, 2), (1, 5), (1, 1), (1, 1), True)),
        ("f4 u1", (2, 16, 1, 2), ((3, 3), (1, 1), (1, 1))),
        ("f4 i8", (3, 18, 2, 1), ((2, 2), (1, 1), (1, 1))),
    ]
)
@pytest.mark.parametrize("layout", ["channels_last", "channels_last_crop"])
def test_rows_of_pixels(layout, dtype, arguments):
    check(CHANNELS, dtype, *arguments, layout)


@each(
    [
        ("f4", (1, 33, 128, 130), ((5, 5), (1, 1), (2, 2))),
        ("u1", (1, 80, 162, 168), ((5, 5), (1, 2))),
        ("f4", (1, 512, 32, 34), ((5, 5), (1, 1), (2, 2))),  # pixels lie 2048 bytes apart
        (ALL, (2, 37, 9, 10), ((5, 5), (1, 1), (2, 2))),
    ]
)
def test_rows_of_pixels_of_five_taps(dtype, arguments):
    """In vectors of 64 bytes; on AMD's processors not from near caches, nor where pixels alias."""
    pixel, near = arguments[0][1] * dtype.itemsize, prod(arguments[0]) * dtype.itemsize <= 2 << 20
    passes = on_amd() and (near or pixel % 2048 == 0)
    check({} if passes else {"avx512": (CHANNELS, CHANNELS)}, dtype, *arguments, "channels_last")


@pytest.mark.parametrize("dtype", [np.dtype("f4"), np.dtype("u1")], ids=str)
def test_pixels_where_one_window_is_more_than_a_block(dtype):
    check(PIXELS, dtype, (2, 300_001), ((2,), (300_000,), (100_000,), (300_000,)))


@pytest.mark.parametrize("isa", ISAS)
@pytest.mark.parametrize(
    ("dtype", "columns", "offset"), [("f4", 1024, 0), ("f4", 1024, 16), ("f4", 1024, 4), ("f8", 520, 0)]
)
def test_rows_of_arrays_larger_than_the_cache(dtype, columns, offset, isa):
    """y goes past the caches where it may, as it comes; some windows have NaN."""
    dtype = np.dtype(dtype)
    x = np.random.default_rng(0).integers(0, 9, (9, 1024, columns)).astype(dtype)
    x[:, 5::97, 3::89] = np.nan
    windows = x.reshape(9, 512, 2, -1, 2).swapaxes(2, 3).reshape(9, 512, -1, 4)
    winners = windows.argmax(axis=-1)
    layer = layer_class("max", 2)(2)
    with running(isa):
        y = layer.forward(x, out=at_offset(winners.shape, dtype, offset))
        assert _kernels.last_ways()[0] == ROWS
    assert_same(y, np.take_along_axis(windows, winners[..., None], -1)[..., 0])
    np.testing.assert_array_equal(layer._last[0], winners)


@pytest.mark.parametrize("isa", ISAS)
@pytest.mark.parametrize(("channels", "offset"), [(64, 0), (64, 16), (64, 4), (16, 0), (24, 0), (30, 0)])
def test_pixels_of_arrays_larger_than_the_cache(channels, offset, isa):
    """The same of channels last."""
    x = np.random.default_rng(0).integers(0, 9, (2, 256, 6_000 // channels * 2, channels)).astype("f4")
    x[:, 5::97, 3::89] = np.nan
    windows = x.reshape(2, 128, 2, -1, 2, channels).swapaxes(2, 3).reshape(2, 128, -1, 4, channels)
    winners = windows.argmax(axis=3)
    expected = np.take_along_axis(windows, winners[:, :, :, None], 3)[:, :, :, 0]
    layer = layer_class("max", 2)(2)
    out = at_offset(winners.shape, x.dtype, offset)
    with running(isa):
        layer.forward(x.transpose(0, 3, 1, 2), out=out.transpose(0, 3, 1, 2))
        assert _kernels.last_ways()[0] == PIXELS
    assert_same(out, expected)
    np.testing.assert_array_equal(layer._last[0].transpose(0, 2, 3, 1), winners)


@each(
    [
        ("f4 f8 u1", (3, 100), ((301, 1), (300, 1), (300, 0))),  # three rows in x, places of two bytes
        ("f4 u1", (2, 2, 40), ((2, 140), (2, 2), ((1, 0), (139, 139)))),
    ]
)
def test_few_cells_of_windows_of_many(dtype, arguments):
    check(PASSES, dtype, *arguments)


def test_places_wider_than_their_elements():
    check(PASSES, np.dtype("u1"), (2, 20, 21), ((17, 18), (1, 1), (8, 8)))


@each(
    [
        ("f4 u1 ? f8 i2", (2, 3, 20, 210), ((3, 3), (3, 3), (0, 1))),
        ("f4", (2, 3, 20, 211), ((2, 3), (3, 3), ((1, 0), (1, 2)))),
        ("f4", (2, 3, 30, 280), ((2, 2), (4, 4), (1, 1))),  # a phase for each tap
        ("f4 u1", (2, 2, 7, 8, 30), ((2, 2, 2), (2, 2, 2), (1, 0, 1))),
        ("f4 i2", (2, 7, 8, 500), ((2, 2, 3), (1, 2, 3), ((1, 0), (0, 1), (2, 1)), (2, 1, 2))),
        ("f4 f8", (2, 2, 130, 260), ((3, 3), (3, 3), (1, 1))),  # several blocks a plane
        ("f4", (2, 4, 1000), ((2, 3), (1, 4), (1, 1))),  # tiles of columns, of which the last sees no padding
        ("f4", (4, 4, 4000), ((1, 3), (1, 3), ((0, 0), (1, 0)))),  # the same
        ("f4", (2, 20_000), ((9,), (4,), (4,))),
        ("f4 u1 f8", (1, 19, 9, 9), ((9, 1), (1, 1), (4, 0))),
        ("f4", (1, 1, 4, 20, 3000), ((2, 2, 1), (1, 1, 3))),  # taps of which the first two alone are a row apart
    ]
)
@pytest.mark.parametrize("layout", ["contiguous", "crop"])
def test_windows_apart_or_of_one_column(layout, dtype, arguments):
    check(PASSES, dtype, *arguments, layout)


@each(
    [
        ("f4 u1", (2, 3, 6, 7, 8), ((2, 2, 3), (2, 1, 2), (1, 0, 1))),
        ("f4 u1", (1, 3, 130, 210), ((2, 2, 2), (1, 30, 40), (0, 0, 1), (1, 40, 50))),  # one row fills a block
    ]
)
@pytest.mark.parametrize("layout", ["contiguous", "crop", "transposed"])
def test_small_windows_of_three_axes(layout, dtype, arguments):
    check(PASSES, dtype, *arguments, layout)


@each(
    [
        ("f4 u1 ? f8 i2", (1, 19, 9, 9), ((1, 9), (1, 1), (0, 4))),
        ("f4 u1 i2", (18, 40), ((7,), (2,), (3,))),
        ("u1 ?", (2, 11, 60), ((5,), (1,), (2,))),
    ]
)
@pytest.mark.parametrize("layout", ["contiguous", "crop"])
def test_windows_of_one_row(layout, dtype, arguments):
    check(PASSES, dtype, *arguments, layout)


@each(
    [
        ("f4", (2, 3, 20, 21), ((13, 13), (2, 2), (6, 6))),
        ("f4 f8 i2", (2, 2, 12, 18), ((31, 31), (1, 1), (15, 15))),  # places of two bytes
        ("f4 u1 f8", (2, 10, 10, 7), ((3, 4, 4), (3, 1, 3), ((2, 1), (2, 3), (2, 0)))),  # planes that share a block
        ("f4 u1", (2, 2, 7, 8, 9), ((3, 3, 3), (1, 2, 1), (1, 1, 1))),
        ("f4 u1", (1, 7, 13, 13), ((13, 13), (2, 2), (6, 6))),
        ("f4 u1", (1, 19, 12, 20), ((3, 13), (1, 3), (1, 0))),
        (ALL, (1, 18, 12, 13), ((17, 17), (1, 1), (8, 8))),  # places of two bytes
        ("f4 u1 f8", (1, 18, 60, 13), ((17, 17), (2, 2), (8, 8))),  # the same, in blocks of rows
        ("f4", (18, 16), ((300,), (1,), (150,))),
        ("f4 u1", (3, 500), ((25,), (1,), (12,))),
        ("f4", (3, 500), ((25,), (3,), (12,))),
        ("f4", (2, 8000), ((25,), (1,), ((12, 0),))),  # tiles of columns, of which the last sees no padding
    ]
)
@pytest.mark.parametrize("layout", ["contiguous", "crop"])
def test_large_windows(layout, dtype, arguments):
    check(PASSES, dtype, *arguments, layout)


@each(
    [
        (ALL, (1, 2, 40, 30), ((40, 30), (1, 1))),  # the whole plane
        ("f4 f8 i8", (1, 3, 17, 17), ((17, 17), (17, 17))),
        ("f4 u1", (2, 9, 11, 12), ((9, 11, 12), (1, 1, 1))),  # of three axes
        ("f4 f8 u1", (5, 1100), ((1100,), (1,))),
        ("f4", (2, 5, 1, 400), ((1, 400), (1, 7))),  # one row
        ("f4", (1, 1, 300, 300), ((300, 300), (1, 1))),  # places of four bytes
    ]
)
@pytest.mark.parametrize("layout", ["contiguous", "inside"])
def test_windows_of_whole_planes(layout, dtype, arguments):
    check(WINDOWS, dtype, *arguments, layout)


@each([("u1 ?", (1, 2, 17, 18), ((17, 18), (1, 1)))])
def test_windows_of_whole_planes_with_places_wider_than_elements(dtype, arguments):
    check(dict.fromkeys(ISAS, (PASSES, WINDOWS)), dtype, *arguments)


@each(
    [
        ("f4", (2, 3, 10, 25), ((10, 25), (10, 1))),  # few cells
        ("f4", (2, 3, 27, 39), ((26, 39), (30, 1))),  # not all rows
        ("f4", (2, 3, 27, 39), ((27, 39), (30, 40), (0, 1))),
        ("f4", (2, 3, 27, 40), ((14, 40), (30, 1), (0, 0), (2, 1))),
    ]
)
def test_windows_of_less_than_whole_planes(dtype, arguments):
    check(PASSES, dtype, *arguments)


@each(
    [
        ("f4 u1 i2 f8", (1, 18, 20, 21), ((20, 21), (20, 21))),
        ("f4", (1, 24, 40, 41), ((17, 17), (17, 13), (2, 8))),
    ]
)
@pytest.mark.parametrize("layout", ["channels_last", "channels_last_crop"])
def test_windows_of_channels_with_places_of_two_bytes(layout, dtype, arguments):
    check(dict.fromkeys(ISAS, (PIXELS, PASSES)), dtype, *arguments, layout)


@each(
    [
        ("f4", (1, 37, 5, 6, 7), ((4, 3, 4), (1, 2, 1), (2, 1, 1))),
        ("f4 i2", (2, 300, 9, 8), ((6, 6), (2, 2), (2, 3))),
        (ALL, (1, 20, 10, 11), ((20, 13), (1, 1), (10, 6))),  # places of two bytes
        ("f4 u1", (2, 19, 60), ((40,), (1,), (20,))),
        ("f4", (1, 37, 20, 21), ((13, 13), (1, 1), (6, 6))),  # bands of as many channels as may be, and of half of them
        ("f4", (1, 37, 28, 29), ((15, 15), (1, 1), (7, 7))),
        ("f4 f8", (1, 17, 40, 41), ((17, 17), (1, 1), (16, 16), (2, 2))),  # bands of few channels
        ("i2 u1", (1, 33, 30, 31), ((31, 16), (1, 1), (30, 15), (2, 2))),
        ("f4", (1, 16, 40, 90), ((17, 23), (1, 2), (16, 22), (2, 2))),
        ("f4", (1, 16, 3, 22, 23), ((3, 21, 21), (1, 1, 1), (1, 10, 10))),
    ]
)
@pytest.mark.parametrize("layout", ["channels_last", "channels_last_crop"])
def test_large_windows_of_channels(layout, dtype, arguments):
    check(PASSES, dtype, *arguments, layout)


@each(
    [
        ("f4 f8", (1, 9, 60, 130), ((41, 41), (3, 1), (20, 0), (1, 3))),
        ("u1 i2", (1, 17, 60, 130), ((41, 41), (3, 1), (20, 0), (1, 3))),
    ]
)
@pytest.mark.parametrize("layout", ["channels_last", "channels_last_crop"])
def test_large_windows_of_one_channel_at_a_time(layout, dtype, arguments):
    check(APART, dtype, *arguments, layout)


@each(
    [
        (ALL, (3, 7, 7, 7), ((2, 3), (2, 2), (1, 1))),
        ("f4 u1 f8", (1, 400, 7, 7), ((3, 5), (1, 1), (1, 2))),  # several groups of planes
        ("f4", (1, 3, 9, 41), ((4, 3), (2, 2), (1, 1))),  # windows that see padding on the right
        ("f4 u1", (2, 2, 300, 9), ((3, 4), (1, 1), (1, 2))),  # blocks of rows, of which some see padding
        ("f4 u1", (1, 2, 4, 3000), ((3, 3), (1, 1), (1, 1))),  # rows as long as one block has
        ("f4 i1", (2, 3, 40, 33), ((15, 17), (1, 1), (7, 8))),  # three passes along the rows
        ("f4 i2", (2, 3, 9, 70), ((4, 3), (1, 1))),
        ("u1 ?", (2, 3, 9, 131), ((4, 3), (1, 1))),
        ("f4 u1 ? f8", (2, 3, 9, 141), ((4, 3), (1, 1), (1, 1))),
        ("f4 i2", (2, 3, 11, 75), ((3, 3), (2, 1), (1, 1), (2, 3))),
        ("f4 f8", (2, 4, 35), ((2, 3), (3, 1), ((1, 2), (2, 2)), (2, 1))),  # a last column of one window beside others
        ("u1", (2, 3, 20, 211), ((2, 3), (3, 3), ((1, 0), (1, 2)))),
        ("f8", (2, 5, 14, 17), ((4, 3), (1, 1), (1, 1))),
        ("f4 i2", (2, 3, 15, 16), ((3, 2), (2, 1), ((0, 2), (1, 0)), (2, 3))),
        ("f4 u1 f8 i2", (2, 3, 20, 21), ((6, 5), (1, 1), (3, 2))),
        ("f4 u1 ?", (2, 3, 20, 21), ((9, 9), (1, 1), (4, 4))),
        ("f4 u1 i2", (2, 3, 20, 21), ((13, 13), (1, 1), (6, 6))),
        ("f4 u1", (2, 3, 20, 40), ((5, 4), (2, 1), (3, 4), (2, 3))),
        ("f4 u1", (1, 1, 60, 110), ((7, 7), (1, 1), (3, 3))),  # several blocks a plane
        ("f4 u1", (1, 2, 16, 18), ((4, 5), (6, 7), (0, 1))),  # a phase for each tap
        ("f4 u1 i2 f8", (2, 9, 5, 6), ((3, 3), (2, 1), (1, 1))),
        ("f4 u1 ? i2", (3, 11, 13, 14), ((3, 4), (1, 1), (1, 2))),
        ("f4 f8", (1, 17, 9, 9), ((3, 2), (2, 2))),  # a row and a column left over
        ("f4 f8", (2, 11, 8, 2), ((4, 2), (2, 2))),  # rows of one output
        ("f4 u1", (2, 11, 8, 9), ((2, 3), (1, 1), (1, 0))),
        ("f4 i2", (2, 10, 15, 16), ((3, 2), (2, 1), ((0, 2), (1, 0)), (2, 3))),
        ("f8 u1", (17, 11, 17), ((3, 3), (3, 3), (1, 1))),
        ("f4 u1", (17, 11, 18), ((2, 3), (4, 5), ((1, 0), (2, 1)))),  # cells between the windows
        ("f4 u1 i8", (2, 10, 12, 11), ((3, 3), (1, 1), ((6, 6), (4, 3)), (5, 3))),  # all rows of some windows but one
        (ALL, (1, 19, 13, 13), ((7, 6), (1, 1), (3, 3))),
        ("f4 u1 ? f8 i2", (1, 19, 13, 13), ((13, 12), (1, 1), (6, 6))),
        ("f4 u1", (1, 19, 12, 20), ((3, 15), (1, 1))),  # a few windows of each row
        ("f4 i2", (1, 17, 60, 65), ((4, 3), (1, 1), (1, 1))),  # blocks of rows
        ("f8 i8", (1, 17, 60, 60), ((4, 3), (1, 1), (1, 1))),
        ("f4 f8", (2, 9, 101, 13), ((7, 6), (1, 1), (3, 3))),
        ("f8", (17, 400, 7), ((3, 3), (40, 1), (1, 1))),  # blocks of two rows of seven outputs
    ]
)
@pytest.mark.parametrize("layout", ["contiguous", "inside"])
def test_two_passes(layout, dtype, arguments):
    check(PASSES, dtype, *arguments, layout)


@each(
    [
        (ALL, (1, 70, 9, 10), ((5, 4), (1, 1), (2, 2))),
        ("f4 u1 f8", (1, 70, 13, 14), ((7, 7), (1, 1), (3, 3))),
        ("f4 u1", (3, 3, 9, 10), ((5, 5), (1, 1), (2, 2))),  # fewer channels than a band
        ("? i1 u2 i4 f4", (2, 3, 9, 14), ((2, 2), (2, 2))),  # pixels of 3, 6 and 12 bytes
        ("u1 i2 f4", (2, 3, 11, 13), ((3, 3), (2, 2), (1, 1))),
        ("u1 i2 f4", (1, 3, 8, 9), ((4, 4), (4, 4), (0, 1))),
        ("f4 u1 i8", (3, 17, 9, 10), ((5, 5), (2, 3), (2, 2))),
        ("f4 u1", (2, 32, 9, 10), ((9, 2), (1, 1), ((4, 4), (1, 0)))),
        ("f4 u1", (2, 19, 12, 20), ((3, 15), (1, 1))),  # a few windows of each row
        ("f4 f8", (1, 19, 70, 40), ((5, 4), (1, 1), (2, 2))),  # blocks of rows
        ("f8", (19, 400, 7), ((3, 6), (40, 1), (1, 3))),
        ("f8", (1, 9, 12, 230), ((15, 15), (1, 1), (7, 7))),  # blocks of rows and columns
        ("u1 i8", (2, 67, 30, 90), ((7, 6), (1, 1), ((3, 0), (12, 14)), (1, 4))),
    ]
)
@pytest.mark.parametrize("layout", ["channels_last", "channels_last_crop", "channels_last_inside"])
def test_two_passes_of_channels(layout, dtype, arguments):
    check(PASSES, dtype, *arguments, layout)


@each(
    [
        ("f4 u1", (101, 7, 7), ((2, 13), (1, 1), "same")),
        ("i2", (2, 55, 79, 7), ((2, 12), (3, 1), ((1, 0), (8, 7)), (1, 1), True)),
        ("i1 ?", (2, 152, 69, 1), ((2, 18), (2, 1), ((1, 1), (12, 11)), (1, 1), True)),
        ("u1 f8", (2, 230, 21, 3), ((3, 16), (1, 1), ((1, 1), (14, 13)), (2, 1), True)),
        ("i1 f4", (2, 13, 19, 11), ((2, 13), (3, 1), ((0, 1), (33, 24)), (1, 3), True)),
        ("f4 u2", (2, 20, 8, 3), ((3, 10), (2, 1), ((0, 1), (9, 15)), (1, 2), False)),
    ]
)
def test_planes_that_beat_all_of_those_after_them(dtype, arguments):
    """Scratch is used again: nothing of a plane may get into the padding of a later one where passes follow passes."""
    shape, window = arguments
    axes = reference.geometry(shape[-2:], *window)
    for op in ("max", "min"):
        x = np.arange(np.prod(shape)).reshape(shape) * 7 % 50
        first = x.reshape(-1, *shape[-2:])
        first[: len(first) // 2] += 60
        x = (x if op == "max" else 110 - x).astype(dtype)
        if dtype.kind == "b":
            x = first.reshape(shape) >= 60 if op == "max" else first.reshape(shape) < 60
        pooled(PASSES, op, x, window, reference.pool(x, axes, op))
