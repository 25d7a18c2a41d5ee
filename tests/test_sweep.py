"""Every small pooling of one axis, as width, height and depth: shape, value, index, gradient or the error."""

import re
from itertools import product

import numpy as np
import pytest
import reference
from arrays import FLAVOURS, channels_last, values
from tables import ISAS, assert_same, function, layer_class, running

LENGTHS = range(1, 10)
KERNELS = range(1, 6)
STRIDES = range(1, 5)
PADS = tuple(product(range(3), repeat=2))
DILATIONS = range(1, 4)
CEIL_MODES = (False, True)

# The swept axis is the first pooled one: the width of a 1-D pool, the height of a 2-D one, the depth of a 3-D one.
RANKS = (1, 2, 3)


@pytest.mark.parametrize("stride", STRIDES)
@pytest.mark.parametrize("kernel", KERNELS)
def test_one_axis(kernel, stride):
    rng = np.random.default_rng([kernel, stride])
    sizes = product(LENGTHS, PADS, DILATIONS, CEIL_MODES)
    for number, (length, padding, dilation, ceil_mode) in enumerate(sizes):
        arguments = (kernel, stride, padding, dilation, ceil_mode)
        try:
            axes = reference.geometry((length,), kernel, stride, [padding], dilation, ceil_mode)
        except ValueError as error:
            check_error(length, arguments, str(error))
            continue
        # Floats each time; the other dtypes take turns, so each meets every axis many times.
        for dtype in (np.dtype("f4"), reference.DTYPES[number % len(reference.DTYPES)]):
            x = np.stack([values(rng, dtype, length, flavour) for flavour in FLAVOURS])
            check_pool(rng, x, axes, arguments, "min" if number % 5 == 0 else "max")


def keywords_of(arguments, rank):
    """The keyword arguments of a pool with the swept axis and, after it, axes of length 1."""
    kernel, stride, padding, dilation, ceil_mode = arguments
    ones = (1,) * (rank - 1)
    return {
        "kernel_size": (kernel, *ones),
        "stride": (stride, *ones),
        "padding": (padding, *[(0, 0)] * (rank - 1)),
        "dilation": (dilation, *ones),
        "ceil_mode": ceil_mode,
    }


def check_error(length, arguments, message):
    for rank in RANKS:
        keywords = keywords_of(arguments, rank)
        x = np.zeros((2, length, *[1] * (rank - 1)), np.float32)
        pattern = "^" + re.escape(message.replace("axis -1:", f"axis {-rank}:"))
        with pytest.raises(ValueError, match=pattern):
            function("pool", "max", rank)(x, **keywords)
        with pytest.raises(ValueError, match=pattern):
            layer_class("max", rank)(**keywords).forward(x)


def check_pool(rng, x, axes, arguments, op):
    y, indices, record = reference.pool(x, axes, op)
    assert np.array_equal(reference.decode(record, axes), indices)
    dout = values(rng, x.dtype, y.shape)
    dx = reference.backward(dout, indices, x.shape, 1)
    for rank, isa in product(RANKS, ISAS):
        x, dout, *expected = (a.reshape(*a.shape[:2], *[1] * (rank - 1)) for a in (x, dout, y, indices, record, dx))
        y, indices, record, dx = expected
        with running(isa):
            check_function_and_layer(x, dout, expected, keywords_of(arguments, rank), op, rank)


def check_function_and_layer(x, dout, expected, keywords, op, rank):
    y, indices, record, dx = expected
    case = f"{op} {x.dtype} {x.shape} {keywords}"
    layer = layer_class(op, rank)(**keywords)
    pool = function("pool", op, rank)
    for view in (x, channels_last(x, rank)):
        got = pool(view, **keywords, return_indices=True)
        assert_same(got[0], y, case)
        assert_same(got[1], indices, case)
        assert_same(pool(view, **keywords), y, case)
        assert_same(layer.forward(view), y, case)
        assert_same(layer._last[0], record, case)
        assert_same(layer.backward(dout), dx, case)
    assert_same(layer.indices, indices, case)
    assert_same(function("pool_backward", "max", rank)(dout, indices, x.shape), dx, case)
