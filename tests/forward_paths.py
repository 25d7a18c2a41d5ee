"""How a test of forward's ways of cutting up its work checks one: that it is taken, and gives the reference's bits."""

import numpy as np
import pytest
import reference
from arrays import extremes, laid_out, values
from tables import ISAS, assert_same, function, layer_class, running

from cpool import _kernels

ROWS, PIXELS, CHANNELS = "forward by rows of x", "forward by pixels of x", "forward by rows of pixels"
PASSES, PLANES, APART = "forward by passes", "forward by planes", "forward by passes of one channel"
ASIDE, WINDOWS = "forward by planes side by side", "forward by windows"
COLUMNS, RING = "forward by columns", "forward by a ring of rows"
ALL = "? i1 u1 i2 u2 i4 u4 i8 u8 f4 f8"


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
            assert_same(function("pool", op, rank)(x, *window), y, case)
            taken = _kernels.last_ways()[:1]
            assert_same(layer.forward(x), y, case)
            taken += _kernels.last_ways()[:1]
            assert_same(layer._last[0], record, case)
            assert_same(layer.indices, indices, case)
        if isa in ("scalar", "sse2") and x.itemsize < 4 and window[1][-1] == 2 and path in (ROWS, PLANES):
            assert taken == (PASSES, PASSES), case  # no vector takes such rows apart in x
        elif isinstance(path, dict):
            assert taken == path.get(isa, (PASSES, PASSES)), case
        elif isa == "scalar" and path in (PLANES, CHANNELS, COLUMNS):  # for vectors alone
            assert path not in taken, case
        else:
            assert taken == (path, path), case


def each(cases):
    """One test for each dtype named in front of a case."""
    return pytest.mark.parametrize(
        ("dtype", "arguments"), [(np.dtype(name), rest) for names, *rest in cases for name in names.split()], ids=str
    )
