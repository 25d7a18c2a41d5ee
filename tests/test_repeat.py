"""Calls with arrays and arguments like earlier ones take the short way, any others the long way; same bits."""

import copy
import enum
import pickle
import threading

import numpy as np
import pytest
from reference import DTYPES

import cpool
from cpool import _kernels

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


def new_layer(*arguments):
    """A layer that shares nothing with other calls."""
    layer = cpool.MaxPool2d(*arguments)
    layer._operation = _kernels.Operation(layer._operation.arguments)
    return layer


def short_way(layer, x, out=None):
    """What the short way gives: None where it is not taken."""
    return layer._operation.forward(x, True, out)


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
    layer = new_layer(3, 2, 1)
    assert short_way(layer, LAYOUTS[layout](batch(dtype))) is None
    y = layer.forward(LAYOUTS[layout](batch(dtype)))
    for seed in (1, 2):
        x = LAYOUTS[layout](batch(dtype, seed))
        assert short_way(layer, x)[1][1] is layer._last[1]
        assert_same(layer, x, layer.forward(x))
        out = np.full_like(y, 77)
        assert short_way(layer, x, out)[0] is out
        assert layer.forward(x, out=out) is out
        assert_same(layer, x, out)
        backward = layer._last[1].backward(layer._last[0], y, None)
        assert (backward is None) == (dtype == np.bool_)  # of bool the bytes are looked at


def test_backward_takes_the_short_way_where_dout_and_out_are_like_y_and_x():
    layer = cpool.MaxPool2d(3, 2, 1)
    x = batch()
    y = layer.forward(x)
    record, plan = layer._last
    expected, dx = long_way(x, y)[2], np.full_like(x, 77)
    np.testing.assert_array_equal(plan.backward(record, y, None), expected)
    assert plan.backward(record, y, dx) is dx
    np.testing.assert_array_equal(dx, expected)
    strided = np.repeat(y, 2, axis=-1)[..., ::2]
    for dout in (y.astype(np.float64), strided, np.asfortranarray(y), y[:1], y.tolist(), None, y.view(np.recarray)):
        assert plan.backward(record, dout, None) is None
    for out in (x.astype(np.float64), np.asfortranarray(x), x[:1], x.tolist(), x.view(np.recarray), read_only(x)):
        assert plan.backward(record, y, out) is None
    for dout in (y.astype(np.float64), strided, np.asfortranarray(y), y.astype(">f4")):
        np.testing.assert_array_equal(layer.backward(dout), long_way(x, y)[2])


def read_only(array):
    array = array.copy()
    array.flags.writeable = False
    return array


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
    for i, other in enumerate(others):
        layer = new_layer(3, 2, 1)
        layer.forward(x)
        for _ in range(2):
            assert short_way(layer, other) is None
        assert_same(layer, np.asarray(other), layer.forward(other))
        assert (short_way(layer, other) is None) == (i >= 7)  # those need a look each time


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
    for out in (read_only(y), y.astype(np.float64), y[:1], y.tolist()):
        with pytest.raises((TypeError, ValueError), match="out"):
            layer.forward(x, out=out)
        with pytest.raises((TypeError, ValueError), match="out"):
            cpool.max_pool2d(x, 3, 2, 1, out=out)
    with pytest.raises(ValueError, match="out is read-only"):
        layer.backward(y, out=read_only(x))
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
    expected = layer.forward(x.copy())
    apart = place + 4 <= 8 or place >= 24
    layer.forward(x)
    assert apart or short_way(layer, x, out) is None
    assert layer.forward(x, out=out) is out
    np.testing.assert_array_equal(out, expected)
    assert not apart or short_way(layer, x, out) is not None


@pytest.mark.parametrize("place", range(0, 30))
def test_gradient_that_overlaps(place):
    """dout takes 4 elements from place 16 on, dx 16 anywhere."""
    memory = np.random.default_rng(0).standard_normal(50)
    layer = cpool.MaxPool2d(2)
    layer.forward(memory[:16].reshape(4, 4))
    dout, out = memory[16:20].reshape(2, 2), memory[place : place + 16].reshape(4, 4)
    expected = layer.backward(dout.copy())
    if 0 < place < 20:
        assert layer._last[1].backward(layer._last[0], dout, out) is None
    assert layer.backward(dout, out=out) is out
    np.testing.assert_array_equal(out, expected)


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
            layer, other = (getattr(cpool, f"{op}Pool{rank}d")(2) for _ in range(2))
            x = batch(shape=(2, 3, 4, 5, 6))
            layer.forward(x)
            y = layer.forward(-x)
            np.testing.assert_array_equal(y, other.forward((-x).tolist()))
            np.testing.assert_array_equal(getattr(cpool, f"{op.lower()}_pool{rank}d")(-x, 2), y)
            np.testing.assert_array_equal(layer.backward(y), other.backward(y.tolist()))


def test_functions_and_layers_share_the_short_way():
    x = batch()
    operation = _kernels.operation_of(0, 2, 3, 2, 1, 1, False)
    y, indices = cpool.max_pool2d(x, 3, 2, 1, return_indices=True)
    assert cpool.MaxPool2d((3, 3), (2, 2), ((1, 1), (1, 1)))._operation is operation
    for want_record in (False, True):
        again, (record, plan) = operation.forward(x, want_record, None)
        np.testing.assert_array_equal(again, y)
        assert (record is not None) == want_record
    np.testing.assert_array_equal(plan.decode(record), indices)
    np.testing.assert_array_equal(long_way(x)[1], indices)


class Three(enum.IntEnum):
    THREE = 3


def test_equal_arguments_of_other_types():
    """1 == 1.0 == True: what was right as an integer is still refused as anything else."""
    x = batch()
    right = {"kernel_size": 1, "stride": 1, "padding": 0, "dilation": 1}
    forms = [lambda n: n, lambda n: (n, n), lambda n: ((n, n), (n, n))]
    for form in forms[:2]:
        for name, n in right.items():
            cpool.max_pool2d(x, **{**right, name: form(n)})
    cpool.max_pool2d(x, 1, padding=((0, 0), (0, 0)))
    for name, n in right.items():
        for form in forms if name == "padding" else forms[:2]:
            for wrong in (bool(n), float(n), np.float64(n), np.bool_(n), complex(n)):
                with pytest.raises(TypeError, match=name):
                    cpool.max_pool2d(x, **{**right, name: form(wrong)})
    cpool.max_pool2d(x, 1)
    for wrong in (0, 0.0, None, "", np.int64(0)):
        with pytest.raises(TypeError, match="ceil_mode"):
            cpool.max_pool2d(x, 1, ceil_mode=wrong)
    expected = cpool.max_pool2d(x, 3)
    for size in (np.int64(3), np.uint8(3), Three.THREE, [3, 3], (3, np.int32(3)), np.array([3, 3])):
        np.testing.assert_array_equal(cpool.max_pool2d(x, size, ceil_mode=np.bool_(False)), expected)


def test_arguments_that_change_between_calls():
    x, size = batch(), [3, 3]
    for wide in (3, 2, 4):
        size[1] = wide
        np.testing.assert_array_equal(cpool.max_pool2d(x, size), cpool.max_pool2d(x, (3, wide)))
        np.testing.assert_array_equal(cpool.max_pool2d(x, (3, 4), (1, size[1])), long_max(x, (3, 4), (1, wide)))
        nested = ([0, 1], size)
        assert cpool.max_pool2d(x, 8, 1, nested).shape[-1] == 8 + 3 + wide - 7


def long_max(x, *arguments):
    return cpool.MaxPool2d(*arguments).forward(x.tolist()).astype(x.dtype)


def test_arguments_nested_beyond_any_stack():
    nested = ()
    for _ in range(200000):
        nested = (nested,)
    with pytest.raises((TypeError, RecursionError)):
        cpool.max_pool2d(batch(), (nested, 2))
    while nested:
        (nested,) = nested


def test_what_is_kept_is_bounded():
    operation = _kernels.operation_of(0, 2, 3, 2, 1, 1, False)
    for n in range(300):
        np.testing.assert_array_equal(cpool.max_pool1d(np.arange(n + 1), n + 1), [n])
        x = batch(shape=(4, 5 + n))
        np.testing.assert_array_equal(cpool.max_pool2d(x, 3, 2, 1), cpool.MaxPool2d(3, 2, 1).forward(x))
    assert _kernels.operation_of(0, 2, 3, 2, 1, 1, False) is not operation
    assert 0 < len(operation.plans) <= 32


def test_threads_share_what_is_kept():
    arrays = [batch(seed=n, shape=(2, 9, 8 + n)) for n in range(40)]
    expected = [cpool.max_pool2d(x.tolist(), 3, 2, 1, return_indices=True) for x in arrays]
    wrong = []

    def work(seed):
        for n in np.random.default_rng(seed).integers(0, len(arrays), 500):
            got = cpool.max_pool2d(arrays[n], 3, 2, 1, return_indices=True)
            if not all(map(np.array_equal, got, expected[n])):
                wrong.append(n)

    threads = [threading.Thread(target=work, args=(seed,)) for seed in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong
