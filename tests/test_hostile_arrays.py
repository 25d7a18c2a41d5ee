"""Arrays that are wrong or odd: x, dout, indices and input_shape. No error may leave a trace."""

import re

import numpy as np
import pytest
from calls import RANKS, SENTINEL, backward, example, functions, recorded

import cpool

DTYPES = [*"?bBhHiIlLqQfd"]
WRONG_DTYPES = ["float16", "complex64", "complex128", "longdouble", "O", "U3", "S3", "M8[s]", "m8[ms]", "V4", "f4,i4"]


@pytest.mark.parametrize("rank", RANKS)
@pytest.mark.parametrize("dtype", WRONG_DTYPES)
def test_wrong_dtype_lists_the_accepted_ones(rank, dtype):
    wrong = np.zeros((2, 3, *(5, 6, 7)[:rank]), dtype)
    for function in functions(rank).values():
        with pytest.raises(TypeError, match=re.escape(str(wrong.dtype))) as caught:
            function(wrong)
        for accepted in ("bool", "int8", "int64", "uint8", "uint64", "float32", "float64"):
            assert accepted in str(caught.value)
    x, y, indices = recorded(rank)
    with pytest.raises(TypeError, match="dout"):
        backward(rank)(np.zeros(y.shape, dtype), indices, x.shape)
    with pytest.raises(TypeError):
        getattr(cpool, f"max_unpool{rank}d")(np.zeros(y.shape, dtype), indices, 2)


@pytest.mark.parametrize("rank", RANKS)
@pytest.mark.parametrize("dtype", DTYPES)
def test_each_c_type_is_accepted(rank, dtype):
    """Of the C types of one width (long and long long) NumPy calls one int64, and both have to work."""
    x = example(rank, np.int8).astype(dtype)
    expected = functions(rank)["max"](x.astype(np.float64)).astype(dtype)
    for name, function in functions(rank).items():
        y = function(x)
        assert y.dtype == x.dtype
        if not name.startswith("min"):
            np.testing.assert_array_equal(y, expected)
        swapped = function(x.astype(x.dtype.newbyteorder()))
        np.testing.assert_array_equal(swapped, y)


@pytest.mark.parametrize("rank", RANKS)
def test_too_few_axes_and_empty_axes(rank):
    for function in functions(rank).values():
        for shape in [(5,) * n for n in range(rank)]:
            with pytest.raises(ValueError, match=re.escape(str(shape))):
                function(np.zeros(shape))
        for axis in range(rank):
            shape = [5] * rank
            shape[axis] = 0
            with pytest.raises(ValueError, match="length 0"):
                function(np.zeros((2, *shape)))
        assert function(np.zeros((0, 3) + (4,) * rank)).shape == (0, 3) + (2,) * rank
        assert function(np.zeros((4,) * rank)).shape == (2,) * rank
        assert function(np.zeros((1,) * 12 + (4,) * rank)).shape == (1,) * 12 + (2,) * rank


def test_what_numpy_makes_an_array_of():
    assert cpool.max_pool1d([1.0, 2.0, 3.0, 4.0], 2).tolist() == [2.0, 4.0]
    assert cpool.min_pool1d((4, 3, 2, 1), 2).tolist() == [3, 1]
    assert cpool.max_pool2d([[True, False], [False, False]], 2).tolist() == [[True]]
    assert cpool.max_pool1d(memoryview(b"abcd"), 2).tolist() == [98, 100]
    layer = cpool.MaxPool1d(2)
    assert layer([1.0, 2.0, 4.0, 3.0]).tolist() == [2.0, 4.0]
    assert layer.backward([5.0, 6.0]).tolist() == [0.0, 5.0, 6.0, 0.0]
    assert cpool.max_pool1d_backward([5.0, 6.0], [1, 2], [4]).tolist() == [0.0, 5.0, 6.0, 0.0]
    assert cpool.max_unpool1d([5.0, 6.0], [1, 2], 2).tolist() == [0.0, 5.0, 6.0, 0.0]
    for wrong in (None, "abcd", ["a", "b"], [None, 1], object(), {1: 2}, [[1, 2], [3]]):
        with pytest.raises((TypeError, ValueError)):
            cpool.max_pool1d(wrong, 1)


@pytest.mark.parametrize("rank", RANKS)
@pytest.mark.parametrize("value", [-1, "plane", 2**40, -(2**63), 2**63 - 1])
def test_index_outside_its_plane(rank, value):
    x, y, indices = recorded(rank)
    value = int(np.prod(x.shape[2:])) if value == "plane" else value
    per_plane = indices[0, 0].size
    for plane, position in ((0, 0), (3, 1), (5, per_plane - 1)):
        wrong = indices.copy()
        wrong.reshape(6, -1)[plane, position] = value
        out = np.full(x.shape, SENTINEL, y.dtype)
        for call in (
            lambda wrong=wrong, out=out: backward(rank)(y, wrong, x.shape, out=out),
            lambda wrong=wrong: backward(rank)(y, np.asfortranarray(wrong), x.shape),
            lambda wrong=wrong: getattr(cpool, f"max_unpool{rank}d")(y, wrong, 2, output_size=x.shape),
        ):
            with pytest.raises(IndexError, match="plane") as caught:
                call()
            first = tuple(int(i) for i in np.argwhere(wrong == value)[0])
            for text in (f"plane {first[:2]}", f"position {first[2:]}", str(value)):
                assert text in str(caught.value)
        assert (out == SENTINEL).all()


@pytest.mark.parametrize("rank", RANKS)
def test_dtype_of_indices(rank):
    x = example(rank)[(..., *[slice(4)] * rank)]
    y, indices = getattr(cpool, f"max_pool{rank}d")(x, 2, return_indices=True)
    expected = backward(rank)(y, indices, x.shape)
    for dtype in "bBhHiIlq":
        narrow = indices.astype(dtype)
        np.testing.assert_array_equal(backward(rank)(y, narrow, x.shape), expected)
        np.testing.assert_array_equal(backward(rank)(y, narrow.astype(narrow.dtype.newbyteorder()), x.shape), expected)
    misaligned = np.zeros(indices.nbytes + 1, np.uint8)[1:].view(np.int64).reshape(indices.shape)
    misaligned[...] = indices
    np.testing.assert_array_equal(backward(rank)(y, misaligned, x.shape), expected)
    for dtype in ("u8", "f4", "f8", "?", "O", "M8[s]", "m8[s]", "U2", "c8"):
        with pytest.raises(TypeError, match="indices"):
            backward(rank)(y, np.zeros(indices.shape, dtype), x.shape)
        with pytest.raises(TypeError, match="indices"):
            getattr(cpool, f"max_unpool{rank}d")(y, np.zeros(indices.shape, dtype), 2)


@pytest.mark.parametrize("rank", RANKS)
def test_shapes_that_disagree(rank):
    x, y, indices = recorded(rank)
    layer = getattr(cpool, f"MaxPool{rank}d")(2)
    layer.forward(x)
    expected = layer.backward(y)
    for wrong in (y[:1], y[..., :-1], y[..., None], y[0], y.ravel(), np.float64(1), y[:0], np.concatenate([y, y])):
        with pytest.raises(ValueError, match="dout"):
            layer.backward(wrong)
        with pytest.raises(ValueError, match=r"dout|indices"):
            backward(rank)(wrong, indices, x.shape)
        with pytest.raises(ValueError, match=r"dout|indices"):
            backward(rank)(y, np.zeros(wrong.shape, np.int64), x.shape)
        with pytest.raises(ValueError, match=r"indices|y has shape"):
            getattr(cpool, f"max_unpool{rank}d")(wrong, indices, 2)
    np.testing.assert_array_equal(layer.backward(y), expected)


@pytest.mark.parametrize("rank", RANKS)
def test_output_size(rank):
    x, y, indices = recorded(rank)
    unpool, pooled = getattr(cpool, f"max_unpool{rank}d"), x.shape[2:]
    planes = unpool(y, indices, 2, output_size=x.shape)
    assert planes.shape == x.shape
    np.testing.assert_array_equal(unpool(y, indices, 2, output_size=list(pooled)), planes)
    for wrong in ((), (1,) * 7, (2, 4, *pooled), (*pooled[:-1], -1), (*pooled[:-1], 2**63), (*pooled[:-1], 2**70)):
        with pytest.raises(ValueError, match="output_size"):
            unpool(y, indices, 2, output_size=wrong)
    for wrong in (1.5, "2" * rank, True, (*pooled[:-1], 1.5), (*pooled[:-1], None), (*pooled[:-1], True)):
        with pytest.raises(TypeError, match="output_size"):
            unpool(y, indices, 2, output_size=wrong)


@pytest.mark.parametrize("rank", RANKS)
def test_input_shape(rank):
    x, y, indices = recorded(rank)
    pooled = x.shape[2:]
    for wrong in (
        (),
        pooled,
        (2, *pooled),
        (2, 4, *pooled),
        (1, 2, 3, *pooled),
        (2, 3, *pooled[:-1], -1),
        (2, 3, *pooled, 1),
    ):
        with pytest.raises(ValueError, match="input_shape"):
            backward(rank)(y, indices, wrong)
    for entry in (1.5, float("nan"), True, "2", None, (1,)):
        with pytest.raises(TypeError, match="input_shape"):
            backward(rank)(y, indices, (2, 3, *pooled[:-1], entry))
    for wrong in (None, 2.5, "abc"):
        with pytest.raises(TypeError, match="input_shape"):
            backward(rank)(y, indices, wrong)
    for entry in (2**62, 2**63 - 1, 2**63, 2**70, 2**55):
        with pytest.raises((ValueError, MemoryError)):
            backward(rank)(y, indices, (2, 3, *pooled[:-1], entry))
