"""Geometries near the ends of int64 whose windows still see elements, and arrays that are not quite what they seem."""

import numpy as np
import pytest
import reference
from tables import running

import cpool

LARGEST = 2**63 - 1


def one_window(x, kernel, dx_of):
    """A window of `kernel` cells from the first on: its maximum, and the gradient at its winner."""
    expected = np.zeros_like(x)
    expected[x[:kernel].argmax()] = dx_of
    return x[:kernel].max(keepdims=True), expected


@pytest.mark.parametrize("stride", [LARGEST, LARGEST - 1, LARGEST - 2, 2**62, 2**62 + 1])
@pytest.mark.parametrize("kernel", [2, 3, 5, 9, 300])
def test_strides_past_the_array(kernel, stride):
    x = np.arange(3, dtype=np.float32)
    layer = cpool.MaxPool1d(kernel, stride, [(0, kernel)])
    y, dx = one_window(x, kernel, 7)
    np.testing.assert_array_equal(layer.forward(x), y)
    np.testing.assert_array_equal(layer.backward(np.full(1, 7, np.float32)), dx)


@pytest.mark.parametrize("return_indices", [False, True])
@pytest.mark.parametrize("axis", [0, 1, 2])
def test_last_windows_that_reach_past_all_integers(axis, return_indices):
    """By ceil_mode: the first one sees one cell of the axis, the last one all."""
    x = np.random.default_rng(0).standard_normal((5, 6, 7))
    kernel, stride, padding = [1, 1, 1], [1, 1, 1], [(0, 0)] * 3
    kernel[axis], stride[axis], padding[axis] = 2**62 + 1, 2**62, (2**62, 0)
    y = cpool.max_pool3d(x, tuple(kernel), tuple(stride), tuple(padding), 1, True, return_indices)
    first, every = x.take([0], axis), x.max(axis, keepdims=True)
    expected = np.concatenate([first, every], axis)
    np.testing.assert_array_equal(y[0] if return_indices else y, expected)
    if return_indices:
        np.testing.assert_array_equal(x.ravel()[y[1]], expected)


@pytest.mark.parametrize("shape", [(5,), (3, 5)])
def test_all_windows_of_all_cells(shape):
    x = np.arange(15.0)[: np.prod(shape)].reshape(shape)
    y = cpool.max_pool1d(x, LARGEST - 2, 4, [(2**62, 2**62 - 6)], 1, True)
    np.testing.assert_array_equal(y, x.max(-1, keepdims=True).repeat(2, -1))


def test_stride_and_dilation_of_several_axes():
    rng = np.random.default_rng(0)
    x = rng.standard_normal((2, 8))
    layer = cpool.MaxPool2d((3, 9), (3, LARGEST), ((2, 2), (3, 0)), (3, 2), True)
    y = layer.forward(x)
    dx = cpool.max_pool2d_backward(y, layer.indices, x.shape)
    assert np.array_equal(x.ravel()[layer.indices], y)
    np.testing.assert_array_equal(layer.backward(y), dx)


@pytest.mark.parametrize("width", [4, 5, 9999, 10000])
@pytest.mark.parametrize("dilation", [LARGEST - 1, LARGEST - 4, 2**62])
def test_dilations_past_the_array(width, dilation):
    """Only the first tap of each window lies in the array: pooling and its gradient are copies."""
    x = np.random.default_rng(0).standard_normal((3, width)).astype(np.float32)
    after = min(dilation, LARGEST - 3)
    layer = cpool.MaxPool2d((2, 1), 1, ((0, after), (0, 0)), (dilation, 1))
    rows = 3 + after - dilation
    np.testing.assert_array_equal(layer.forward(x), x[:rows])
    expected = np.zeros_like(x)
    expected[:rows] = x[:rows]
    np.testing.assert_array_equal(layer.backward(x[:rows]), expected)


def test_windows_that_start_far_outside():
    """Two windows, 2**61 rows apart: the first ends on row 0, the second starts there."""
    x = np.random.default_rng(0).standard_normal((3, 100))
    far = 2**61
    layer = cpool.MaxPool2d((far + 1, 1), (far, 1), ((far, far), (0, 0)))
    y = layer.forward(x)
    np.testing.assert_array_equal(y, [x[0], x.max(axis=0)])
    np.testing.assert_array_equal(layer.backward(y), reference.backward(y, layer.indices, x.shape, 2))


def test_parts_of_windows_as_long_as_numbers_go():
    """Four times such a window's length is 0 in 64 bits; on two threads a plane is cut in parts of so many windows."""
    far = 2**62 - 1
    x = np.random.default_rng(0).standard_normal((1, 1_000_000)).astype(np.float32)
    layer = cpool.MaxPool1d(2, 1, ((0, far),), far)
    with running(threads=2):
        np.testing.assert_array_equal(layer.forward(x), x)
        np.testing.assert_array_equal(layer.backward(x), x)


def test_booleans_of_other_bytes():
    """A view as bool may hold any byte; each that is not 0 is True."""
    x = np.array([2, 2, 2, 0, 1, 255], np.uint8).view(bool)
    y, indices = cpool.min_pool1d(x, 2, 1, padding=[(0, 1)], return_indices=True)
    assert y.tolist() == [True, True, False, False, True, True]
    assert indices.tolist() == [0, 1, 3, 3, 4, 5]
    y, indices = cpool.max_pool1d(x, 3, return_indices=True)
    assert (y.tolist(), indices.tolist()) == ([True, True], [0, 4])
    dx = cpool.max_pool1d_backward(x[:2], np.array([3, 3]), (4,))
    assert dx.view(np.uint8).tolist() == [0, 0, 0, 1]


def test_masked_and_ragged():
    with pytest.raises(TypeError, match="x is a masked array"):
        cpool.max_pool1d(np.ma.masked_array([1, 9], mask=[0, 1]), 2)
    with pytest.raises(ValueError, match="x must be an array"):
        cpool.max_pool1d([[1, 2], [3]], 1)
    with pytest.raises(TypeError, match="padding must be"):
        cpool.max_pool2d(np.zeros((4, 4)), 2, padding=[{1, 2}, 0])
