"""NaN, infinities, signed zeros and the lowest value at every lane of the vectors and their tails, on every table."""

from itertools import product

import numpy as np
import pytest
import reference
from arrays import channels_last, extremes, nans
from tables import ISAS, assert_same, function, layer_class, running

VECTOR_BYTES = 64  # the widest vector of any table
STEPS = tuple(product((2, 3, 5), (1, 2, 3)))
TAILS = (-1, 0, 1, 3)


def check(x, op, kernel, stride, padding=0):
    """x[n, channels, ...] against the reference on every table, as NCHW and channels last; pooled axes are alike."""
    rank = x.ndim - 2
    axes = reference.geometry(x.shape[2:], kernel, stride, padding)
    y, indices, record = reference.pool(x, axes, op)
    dout = (np.arange(y.size) % 50 + 1).reshape(y.shape).astype(x.dtype)
    dx = reference.backward(dout, indices, x.shape, rank)
    layer = layer_class(op, rank)(kernel, stride, padding)
    pool = function("pool", op, rank)
    for isa, view in product(ISAS, (x, channels_last(x, rank))):
        case = f"{op} {isa} {x.dtype} {x.shape} kernel {kernel} stride {stride} padding {padding}"
        with running(isa):
            got = pool(view, kernel, stride, padding, return_indices=True)
            assert_same(got[0], y, case)
            assert_same(got[1], indices, case)
            assert_same(pool(view, kernel, stride, padding), y, case)
            assert_same(layer.forward(view), y, case)
            assert_same(layer._last[0], record, case)
            assert_same(layer.backward(dout), dx, case)


def background(rng, dtype, shape):
    return rng.integers(-9, 9, shape).astype(dtype)


@pytest.mark.parametrize("dtype", reference.FLOAT_DTYPES, ids=str)
@pytest.mark.parametrize(("kernel", "stride"), STEPS)
def test_one_special_value_at_every_column(dtype, kernel, stride):
    """One NaN, infinity or zero walks through a row long enough for two vectors of outputs and a tail."""
    rng = np.random.default_rng(kernel * stride)
    lanes = VECTOR_BYTES // dtype.itemsize
    for tail in TAILS:
        width = (2 * lanes + tail - 1) * stride + kernel
        low, high = extremes(dtype)
        for op, special in product(("max", "min"), (nans(rng, dtype, 1)[0], low, high, dtype.type(-0.0))):
            x = np.zeros((width, 1, width), dtype) if special == 0 else background(rng, dtype, (width, 1, width))
            x[np.arange(width), 0, np.arange(width)] = special
            check(x, op, kernel, stride)


@pytest.mark.parametrize("dtype", reference.FLOAT_DTYPES, ids=str)
@pytest.mark.parametrize(("kernel", "stride"), STEPS)
def test_one_special_value_in_every_channel(dtype, kernel, stride):
    """The same over the channels, which are the lanes of a channels-last array."""
    rng = np.random.default_rng(kernel * stride)
    for tail in TAILS:
        channels = 2 * VECTOR_BYTES // dtype.itemsize + tail
        low, high = extremes(dtype)
        for op, special in product(("max", "min"), (nans(rng, dtype, 1)[0], low, high, dtype.type(-0.0))):
            shape = (channels, channels, kernel + stride)
            x = np.zeros(shape, dtype) if special == 0 else background(rng, dtype, shape)
            x[np.arange(channels), np.arange(channels), rng.integers(0, shape[2], channels)] = special
            check(x, op, kernel, stride)


@pytest.mark.parametrize("dtype", reference.FLOAT_DTYPES, ids=str)
@pytest.mark.parametrize(("kernel", "stride"), STEPS)
def test_many_special_values_in_planes(dtype, kernel, stride):
    """Several NaN in a window: the first in row-major order, not that of a pass over columns, gives index and bits."""
    rng = np.random.default_rng(kernel * stride)
    lanes = VECTOR_BYTES // dtype.itemsize
    for tail, share in product(TAILS, (0.05, 0.5, 1.0)):
        shape = (2, 3, kernel + 2 * stride, (2 * lanes + tail - 1) * stride + kernel)
        zeros = np.where(rng.random(shape) < 0.5, 0.0, -0.0).astype(dtype)
        infinite = np.where(rng.random(shape) < 0.5, *extremes(dtype)).astype(dtype)
        for op, x in product(("max", "min"), (background(rng, dtype, shape), zeros, infinite)):
            check(np.where(rng.random(shape) < share, nans(rng, dtype, shape), x), op, kernel, stride, kernel // 2)


@pytest.mark.parametrize("dtype", reference.DTYPES, ids=str)
@pytest.mark.parametrize(("kernel", "stride"), STEPS)
def test_padding_never_wins(dtype, kernel, stride):
    """A plane of the value that loses to everything: each index is the window's first element, never a padding cell."""
    lanes = VECTOR_BYTES // dtype.itemsize
    for tail in TAILS:
        shape = (2, 3, kernel + stride, (2 * lanes + tail - 1) * stride + kernel)
        low, high = extremes(dtype)
        for (op, worst), padding in product((("max", low), ("min", high)), (0, kernel - 1, [(0, 1), (kernel - 1, 0)])):
            check(np.full(shape, worst, dtype), op, kernel, stride, padding)


@pytest.mark.parametrize("dtype", reference.INT_DTYPES, ids=str)
def test_one_step_above_the_lowest(dtype):
    """The comparison is in the type itself: signed and unsigned, to the last bit."""
    rng = np.random.default_rng(0)
    low, high = extremes(dtype)
    for kernel, stride in STEPS:
        width = (2 * VECTOR_BYTES // dtype.itemsize + 2) * stride + kernel
        for op, (most, few) in product(("max", "min"), ((low, low + 1), (high, high - 1), (low, high), (high, low))):
            x = np.where(rng.random((2, 2, kernel + 1, width)) < 0.3, few, most).astype(dtype)
            check(x, op, kernel, stride, 1)


def test_special_gradients_stay_where_they_belong(isa):
    """NaN and infinite gradients reach the winner alone; elsewhere the gradient is zero, not 0 * NaN."""
    rng = np.random.default_rng(0)
    for dtype, (kernel, stride) in product(reference.FLOAT_DTYPES, ((2, 2), (2, 3), (3, 3), (3, 2))):
        x = rng.random((2, 3, 7 * kernel, 41 * kernel)).astype(dtype)
        axes = reference.geometry(x.shape[2:], kernel, stride)
        _, indices, _ = reference.pool(x, axes)
        dout = rng.choice(np.array([np.nan, np.inf, 1.0, -2.0], dtype), indices.shape)
        dx = reference.backward(dout, indices, x.shape, 2)
        layer = layer_class("max", 2)(kernel, stride)
        layer.forward(x)
        np.testing.assert_array_equal(layer.backward(dout), dx)
        np.testing.assert_array_equal(function("pool_backward", "max", 2)(dout, indices, x.shape), dx)


def test_negative_zero_gradients_sum_to_zero(isa):
    """Sums start from +0, so -0.0 alone gives +0.0, in the bits of np.add.at."""
    x = np.arange(64.0).reshape(1, 8, 8)
    layer = layer_class("max", 2)(2)
    dout = np.full(layer.forward(x).shape, -0.0)
    assert_same(layer.backward(dout), np.zeros_like(x))
    assert_same(function("pool_backward", "max", 2)(dout, layer.indices, x.shape), np.zeros_like(x))
