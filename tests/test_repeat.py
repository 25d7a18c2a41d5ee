"""A layer called again with an array like the last one takes the short way, any other the long way; same bits."""

import copy
import pickle

import numpy as np
import pytest
from reference import DTYPES

import cpool

LAYOUTS = {
    "contiguous": lambda x: x.copy(),
    "crop": lambda x: np.pad(x, [(1, 2)] * x.ndim)[(slice(1, -2),) * x.ndim],
    "backwards": lambda x: x[..., ::-1, ::-1].copy()[..., ::-1, ::-1],
    "transposed": lambda x: x.T.copy().T,
    "channels last": lambda x: x.transpose(0, 2, 3, 1).copy().transpose(0, 3, 1, 2),
    "broadcast": lambda x: np.broadcast_to(x[:1], x.shape),
}


def batch(dtype=np.float32, seed=0, shape=(2, 3, 7, 8)):
    return np.random.default_rng(seed).integers(0, 2 if dtype == np.bool_ else 100, shape).astype(dtype)


def found(layer):
    """What the last forward found out: made anew by the long way, handed on by the short one."""
    return layer._last[1]


def long_way(x, dout=None):
    layer = cpool.MaxPool2d(3, 2, 1)
    y = layer.forward(x)
    return y, layer.indices, None if dout is None else layer.backward(dout, out=np.empty(x.shape, dout.dtype))


def assert_same(layer, x, y):
    expected, indices, dx = long_way(x, y)
    assert y.dtype == expected.dtype
    assert y.strides == expected.strides
    np.testing.assert_array_equal(y, expected)
    np.testing.assert_array_equal(layer.indices, indices)
    np.testing.assert_array_equal(layer.backward(y), dx)


@pytest.mark.parametrize("dtype", DTYPES, ids=str)
@pytest.mark.parametrize("layout", LAYOUTS)
def test_the_same_kind_of_array(layout, dtype):
    layer = cpool.MaxPool2d(3, 2, 1)
    y = layer.forward(LAYOUTS[layout](batch(dtype)))
    for seed in (1, 2):
        first = found(layer)
        x = LAYOUTS[layout](batch(dtype, seed))
        assert_same(layer, x, layer.forward(x))
        out = np.full_like(y, 77)
        assert layer.forward(x, out=out) is out
        assert_same(layer, x, out)
        assert (found(layer) is first) == (dtype != np.bool_)  # of bool the bytes are looked at each time


def test_backward_takes_the_short_way_where_dout_is_like_y():
    layer = cpool.MaxPool2d(3, 2, 1)
    x = batch()
    y = layer.forward(x)
    record, last = layer._last
    np.testing.assert_array_equal(last.backward(record, y), long_way(x, y)[2])
    strided = np.repeat(y, 2, axis=-1)[..., ::2]
    for dout in (y.astype(np.float64), strided, np.asfortranarray(y), y[:1], y.tolist(), None, y.view(np.recarray)):
        assert last.backward(record, dout) is None
    for dout in (y.astype(np.float64), strided, np.asfortranarray(y), y.astype(">f4")):
        np.testing.assert_array_equal(layer.backward(dout), long_way(x, y)[2])


def test_any_other_array_takes_the_long_way():
    x = batch()
    odd = np.zeros(x.nbytes + 1, np.uint8)[1:].view(x.dtype).reshape(x.shape)
    odd[...] = x
    others = [
        batch(np.float64),
        batch(np.int32),
        x[:1],
        x[0],
        batch(shape=(2, 3, 8, 7)),
        x[..., ::-1],
        x.T.copy().T,
        x.astype(">f4"),
        odd,
        x.view(type("Subclass", (np.ndarray,), {})),
        x.tolist(),
    ]
    for other in others:
        layer = cpool.MaxPool2d(3, 2, 1)
        layer.forward(x)
        first = found(layer)
        assert_same(layer, np.asarray(other), layer.forward(other))
        assert found(layer) is not first


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        (np.ma.masked_array(batch(), False), TypeError),
        (batch(complex), TypeError),
        (batch()[..., :0], ValueError),
        (None, TypeError),
    ],
)
def test_what_is_refused_still_is(wrong, error):
    layer = cpool.MaxPool2d(3, 2, 1)
    x = batch()
    y = layer.forward(x)
    before = layer._last
    with pytest.raises(error, match="x"):
        layer.forward(wrong)
    read_only = y.copy()
    read_only.flags.writeable = False
    for out in (read_only, y.astype(np.float64), y[:1], y.tolist()):
        with pytest.raises((TypeError, ValueError), match="out"):
            layer.forward(x, out=out)
    assert layer._last is before


def test_bool_views_of_other_bytes():
    layer = cpool.MaxPool1d(2)
    for data in ([0, 1, 1, 0], [7, 0, 0, 200], [1, 2, 0, 0]):
        x = np.array(data, np.uint8)
        y = layer.forward(x.view(np.bool_))
        assert y.view(np.uint8).tolist() == [int(max(pair) > 0) for pair in x.reshape(2, 2).tolist()]


@pytest.mark.parametrize("place", range(0, 30))
def test_out_that_overlaps(place):
    """x takes 16 elements from place 8 on, in rows from the last to the first; y four anywhere."""
    memory = np.random.default_rng(0).standard_normal(40)
    layer = cpool.MaxPool2d(2)
    x, out = memory[8:24].reshape(4, 4)[::-1], memory[place : place + 4].reshape(2, 2)
    expected = layer.forward(x)
    first = found(layer)
    assert layer.forward(x, out=out) is out
    np.testing.assert_array_equal(out, expected)
    assert (found(layer) is first) == (place + 4 <= 8 or place >= 24)


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy, lambda layer: pickle.loads(pickle.dumps(layer))])
def test_a_copied_layer_goes_on(copied):
    x = batch()
    layer = cpool.MaxPool2d(3, 2, 1)
    y = layer.forward(x)
    twin = copied(layer)
    np.testing.assert_array_equal(twin.backward(y), layer.backward(y))
    assert_same(twin, -x, twin.forward(-x))
    assert_same(layer, x, y)


def test_every_rank_and_op():
    for rank in (1, 2, 3):
        for op in ("Max", "Min"):
            layer, fresh = (getattr(cpool, f"{op}Pool{rank}d")(2) for _ in range(2))
            x = batch(shape=(2, 3, 4, 5, 6))
            layer.forward(x)
            first = found(layer)
            y = layer.forward(-x)
            assert found(layer) is first
            np.testing.assert_array_equal(y, fresh.forward(-x))
            np.testing.assert_array_equal(layer.backward(y), fresh.backward(y, out=np.empty_like(x)))
