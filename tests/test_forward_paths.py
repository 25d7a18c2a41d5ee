"""Forward's ways of cutting up its work: each is taken where it should be, and each gives the reference's bits."""

import numpy as np
import pytest
import reference
from arrays import at_offset, extremes, laid_out, values
from tables import ISAS, assert_same, function, layer_class, running

import cpool
from cpool import _kernels

ROWS, PIXELS = "forward by rows of x", "forward by pixels of x"
PASSES, PLANES, APART = "forward by passes", "forward by planes", "forward by passes of one channel"
ASIDE = "forward by planes side by side"
# By table, without a record and with one; else passes.
WIDE = {"avx512": ([PLANES], [PLANES]), "avx2": ([PASSES], [PLANES])}
SIDE_BY_SIDE = {isa: ([ASIDE], [ASIDE]) for isa in ("avx512", "avx2")}
WITH_RECORD = {isa: ([PASSES], [ASIDE]) for isa in ("avx512", "avx2")}
ALL = "? i1 u1 i2 u2 i4 u4 i8 u8 f4 f8"


@pytest.fixture
def one_thread():
    threads = cpool.get_num_threads()
    cpool.set_num_threads(1)
    yield
    cpool.set_num_threads(threads)


def beside_border(rng, dtype, shape, axes, worst):
    """The value that never wins in a frame as wide as a window, and all over the first plane; inside it any values."""
    x = values(rng, dtype, shape, "odd")
    for axis, one in zip(range(-len(axes), 0), axes, strict=True):
        wide = 1 + one.dilation * (one.kernel - 1)
        ends = np.moveaxis(x, axis, 0)
        ends[:wide], ends[-wide:] = worst, worst
    x.reshape(-1, *shape[-len(axes) :])[0] = worst
    return x


def check(path, dtype, shape, window, layout="contiguous"):
    """Max and min of hard values on every table, with and without record; window: the arguments from kernel_size on."""
    rank = len(window[0])
    axes = reference.geometry(shape[-rank:], *window)
    rng = np.random.default_rng(0)
    for op, worst in zip(("max", "min"), extremes(dtype), strict=True):
        x = [values(rng, dtype, shape, flavour) for flavour in ("ties", "odd", "extremes")]
        x.append(beside_border(rng, dtype, shape, axes, worst))
        for view, *expected in zip(x, *reference.pool(np.stack(x), axes, op), strict=True):
            if dtype.kind == "b":  # each byte but 0 is True
                view = (view * rng.integers(1, 256, shape, np.uint8)).view(dtype)
            pooled(path, op, laid_out(view, layout, rank), window, expected)


def pooled(path, op, x, window, expected):
    rank = len(window[0])
    y, indices, record = expected
    for isa in ISAS:
        case = f"{op} {isa} {x.dtype} {x.shape} {window}"
        layer = layer_class(op, rank)(*window)
        with running(isa):
            before = _kernels.paths()
            assert_same(function("pool", op, rank)(x, *window), y, case)
            between = _kernels.paths()
            assert_same(layer.forward(x), y, case)
            after = _kernels.paths()
            assert_same(layer._last[0], record, case)
            assert_same(layer.indices, indices, case)
        taken = [name for name in before if between[name] > before[name]]
        with_record = [name for name in before if after[name] > between[name]]
        if isa in ("scalar", "sse2") and x.itemsize < 4 and window[1][-1] == 2 and path in (ROWS, PLANES):
            assert (taken, with_record) == ([PASSES], [PASSES]), case  # no vector takes such rows apart in x
        elif isinstance(path, dict):
            assert (taken, with_record) == path.get(isa, ([PASSES], [PASSES])), case
        elif isa == "scalar" and path == PLANES:  # for vectors alone
            assert PLANES not in taken + with_record, case
        else:
            assert (taken, with_record) == ([path], [path]), case


def each(cases):
    """One test for each dtype named in front of a case."""
    return pytest.mark.parametrize(
        ("dtype", "arguments"), [(np.dtype(name), rest) for names, *rest in cases for name in names.split()], ids=str
    )


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
        ("u1 i2", (2, 2, 9, 300), ((2, 3), (2, 2), (1, 1), (1, 2))),
        ("f4 u1", (2, 2, 6, 7, 150), ((3, 1, 2), (2, 1, 1), (1, 0, 1))),
        ("f4 f8", (2, 2, 6, 7, 66), ((2, 2, 2), (2, 2, 2))),
        ("f4 u1", (3, 300), ((5,), (1,), (2,))),
        ("f4 f8", (3, 300), ((5,), (2,), (2,))),
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
    ]
)
@pytest.mark.parametrize("layout", ["channels_last", "channels_last_crop"])
def test_pixels_of_channels(layout, dtype, arguments):
    check(PIXELS, dtype, *arguments, layout)


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
        before = _kernels.paths()[ROWS]
        y = layer.forward(x, out=at_offset(winners.shape, dtype, offset))
        assert _kernels.paths()[ROWS] == before + 1
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
        before = _kernels.paths()[PIXELS]
        layer.forward(x.transpose(0, 3, 1, 2), out=out.transpose(0, 3, 1, 2))
        assert _kernels.paths()[PIXELS] == before + 1
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
        ("f4 u1 ? f8 i2", (2, 3, 20, 210), ((3, 3), (3, 3))),
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
        ("f4 u1", (1, 3, 130, 210), ((2, 2, 2), (1, 30, 40), (0, 0, 0), (1, 40, 50))),  # one row fills a block
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
        ("f4 u1", (1, 19, 13, 13), ((13, 13), (2, 2), (6, 6))),
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
        ("f4", (1, 37, 5, 6, 7), ((4, 3, 4), (1, 2, 1), (2, 1, 1))),
        ("f4 i2", (2, 300, 9, 8), ((6, 6), (2, 2), (2, 3))),
        (ALL, (1, 20, 10, 11), ((17, 17), (1, 1), (8, 8))),  # places of two bytes
        ("f4 u1", (2, 19, 60), ((40,), (1,), (20,))),
        ("f4", (1, 37, 20, 21), ((13, 13), (1, 1), (6, 6))),  # bands of as many channels as may be, and of half of them
        ("f4", (1, 37, 28, 29), ((15, 15), (1, 1), (7, 7))),
    ]
)
@pytest.mark.parametrize("layout", ["channels_last", "channels_last_crop"])
def test_large_windows_of_channels(layout, dtype, arguments):
    check(PASSES, dtype, *arguments, layout)


@each(
    [
        ("f4 f8", (1, 17, 40, 41), ((33, 33), (1, 1), (16, 16))),
        ("i2", (1, 33, 30, 31), ((61, 31), (1, 1), (30, 15))),
        ("u1", (1, 64, 30, 31), ((61, 31), (1, 1), (30, 15))),
        ("f4", (1, 16, 40, 90), ((33, 45), (1, 2), (16, 22))),
        ("f8", (1, 9, 60, 130), ((41, 41), (3, 1), (20, 0), (1, 3))),
        ("f4", (1, 16, 3, 22, 23), ((3, 21, 21), (1, 1, 1), (1, 10, 10))),
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
        ("f4 u1", (1, 2, 16, 18), ((4, 5), (6, 7))),  # a phase for each tap
        ("f4 u1 i2 f8", (2, 9, 5, 6), ((3, 3), (2, 1), (1, 1))),
        ("f4 u1 ? i2", (3, 11, 13, 14), ((3, 4), (1, 1), (1, 2))),
        ("f4 f8", (1, 17, 9, 9), ((3, 2), (2, 2))),  # a row and a column left over
        ("f4 f8", (2, 11, 8, 2), ((4, 2), (2, 2))),  # rows of one output
        ("f4 u1", (2, 11, 8, 9), ((2, 3), (1, 1), (1, 0))),
        ("f4 i2", (2, 10, 15, 16), ((3, 2), (2, 1), ((0, 2), (1, 0)), (2, 3))),
        ("f4 u1", (17, 11, 17), ((3, 3), (3, 3), (1, 1))),
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
        (ALL, (1, 70, 9, 10), ((5, 5), (1, 1), (2, 2))),
        ("f4 u1 f8", (1, 70, 13, 14), ((7, 7), (1, 1), (3, 3))),
        ("f4 u1", (3, 3, 9, 10), ((5, 5), (1, 1), (2, 2))),  # fewer channels than a band
        ("f4 u1 i8", (3, 17, 9, 10), ((5, 5), (2, 3), (2, 2))),
        ("f4 u1", (2, 32, 9, 10), ((9, 2), (1, 1), ((4, 4), (1, 0)))),
        ("f4 u1", (2, 19, 12, 20), ((3, 15), (1, 1))),  # a few windows of each row
        ("f4 f8", (1, 19, 70, 40), ((5, 5), (1, 1), (2, 2))),  # blocks of rows
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
        (ALL, (3, 7, 7, 7), ((3, 3), (1, 1), (1, 1))),
        (ALL, (3, 7, 7, 7), ((3, 3), (2, 2), (1, 1))),
        (ALL, (3, 7, 7, 7), ((2, 2), (2, 2))),
        (ALL, (3, 5, 8, 8), ((2, 2), (1, 1), (1, 0))),
        ("f4 u1 f8", (1, 600, 7, 7), ((3, 3), (1, 1), (1, 1))),  # several groups of planes
        ("f4 u1", (2, 3, 14, 14), ((3, 3), (1, 1), (1, 1))),
        ("f4 i4", (2, 3, 14, 32), ((3, 3), (1, 1), (1, 1))),  # the longest rows
        ("u1 ?", (2, 3, 9, 128), ((3, 3), (1, 1), (1, 1))),
        ("f4", (2, 3, 9, 64), ((3, 3), (2, 2), (1, 1))),
        ("f4", (2, 3, 20, 20), ((5, 5), (1, 1), (2, 2))),  # the rest of a row in narrower vectors
        (ALL, (3, 7, 6, 7), ((5, 5), (1, 1), (2, 2))),
        ("f4 u1 f8", (2, 5, 13, 11), ((5, 5), (1, 1), ((0, 3), (1, 2)))),
        ("f4 u1", (3, 5, 2, 9), ((5, 5), (1, 1), (2, 2))),  # windows higher than the planes
        ("f4 u1", (2, 3, 6, 9), ((2, 2), (1, 1))),  # an odd number of rows of outputs
        ("f4 f8", (1, 19, 9, 7), ((3, 3), (2, 2), (1, 1))),  # two planes in a vector, of the last one alone
        ("f4 f8 i4", (1, 20, 2, 5), ((3, 3), (2, 2), (1, 1))),  # that has more outputs than a plane
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
    ]
)
@pytest.mark.parametrize("layout", ["contiguous", "inside"])
def test_planes_side_by_side(one_thread, layout, dtype, arguments):
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
    window, path = ((9, 9), (1, 1), (4, 4)), {isa: ([PASSES], [ASIDE]) for isa in isas}
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
        ("f4", (1, 16, 8, 9), ((6, 6), (1, 1))),  # three rows of outputs
        ("f4", (1, 16, 13, 13), ((9, 9), (1, 1), (4, 4), (1, 2))),
        ("f4", (1, 16, 13, 13), ((9, 7), (1, 1), (4, 3))),
        ("f4", (1, 16, 13, 13), ((9, 9), (1, 2), (4, 4))),
        ("f4", (1, 16, 9, 3), ((6, 6), (1, 1), (3, 3))),
        ("u1 i2 f8", (1, 70, 13, 13), ((9, 9), (1, 1), (4, 4))),
    ]
)
def test_planes_not_side_by_side(one_thread, dtype, arguments):
    check(PASSES, dtype, *arguments)


@each([("f4", (1, 16, 12, 32), ((7, 7), (1, 1), (3, 3)))])
def test_rows_of_scratch_in_each_others_way(one_thread, dtype, arguments):
    """With 16 lanes a row is 2048 bytes, which is refused; with 8 it is 1024."""
    check({"avx2": ([ASIDE], [ASIDE])}, dtype, *arguments)


@pytest.mark.parametrize("dtype", [np.dtype(name) for name in ("f4", "u1", "i2", "f8")], ids=str)
@pytest.mark.parametrize("stride", [1, 2])
def test_planes_apart(dtype, stride):
    """Every second plane, and rows of which the first and last columns are left out."""
    window = (3, 3), (stride, stride), (1, 1)
    x = values(np.random.default_rng(0), dtype, (2 * 19, 9, 10), "odd")[1::2, :, 1:-1]
    for op in ("max", "min"):
        pooled(PLANES, op, x, window, reference.pool(x, reference.geometry(x.shape[-2:], *window), op))


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


def test_every_path_has_its_cases():
    names = [name for name in _kernels.paths() if name.startswith("forward")]
    assert names == [ROWS, PIXELS, PASSES, APART, PLANES, ASIDE]
