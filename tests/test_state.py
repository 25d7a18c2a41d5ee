"""What a layer keeps between calls, and results that callers keep."""

import random

import numpy as np
import pytest

import cpool

LAYERS = [f"{op}Pool{rank}d" for op in ("Max", "Min") for rank in (1, 2, 3)]


def make(name):
    return cpool.Pooling(2, 2, 2) if name == "Pooling" else getattr(cpool, name)(2)


def batch(name):
    rank = 2 if name == "Pooling" else int(name[-2])
    return np.random.default_rng(0).standard_normal((2, 3) + (6,) * rank)


@pytest.mark.parametrize("name", [*LAYERS, "Pooling"])
def test_backward_before_forward(name):
    layer = make(name)
    y_shape = (2, 3) + (3,) * (batch(name).ndim - 2)
    for _ in range(2):
        with pytest.raises(RuntimeError, match="forward"):
            layer.backward(np.zeros(y_shape))
        with pytest.raises((TypeError, ValueError)):
            layer.forward("nothing to pool")
    if name == "Pooling":
        assert layer.x is None
        assert layer.arg_max is None
    else:
        with pytest.raises(RuntimeError, match="forward"):
            _ = layer.indices


@pytest.mark.parametrize("name", [*LAYERS, "Pooling"])
def test_failing_forward_keeps_the_last_record(name):
    layer, x = make(name), batch(name)
    y = layer.forward(x)
    expected = layer.backward(y)
    winners = layer.arg_max if name == "Pooling" else layer.indices
    hostile = [x.astype(complex), x.astype("O"), x[..., :1], x[..., :0], np.float64(3), None, "x", x.astype(np.float16)]
    for wrong in hostile:
        with pytest.raises((TypeError, ValueError)):
            layer.forward(wrong)
    if name != "Pooling":
        with pytest.raises(ValueError, match="out"):
            layer.forward(-x, out=np.zeros(3))
        with pytest.raises(TypeError, match="out"):
            layer.forward(-x, out=np.zeros(y.shape, np.float32))
    for wrong in (y[:1], y.astype(complex), None):
        with pytest.raises((TypeError, ValueError)):
            layer.backward(wrong)
    np.testing.assert_array_equal(layer.arg_max if name == "Pooling" else layer.indices, winners)
    np.testing.assert_array_equal(layer.backward(y), expected)


@pytest.mark.parametrize("name", [*LAYERS, "Pooling"])
def test_changing_arrays_after_forward_changes_nothing(name):
    layer, x = make(name), batch(name)
    y = layer.forward(x)
    dout = np.random.default_rng(1).standard_normal(y.shape)
    expected = layer.backward(dout)
    winners = (layer.arg_max if name == "Pooling" else layer.indices).copy()
    x[...] = -x
    y[...] = 0
    if name != "Pooling":
        layer.indices[...] = 0
    layer.backward(dout)[...] = 5
    np.testing.assert_array_equal(layer.backward(dout), expected)
    np.testing.assert_array_equal(layer.arg_max if name == "Pooling" else layer.indices, winners)
    other = layer.forward(batch(name)[:1])
    assert layer.backward(other).shape == (1, *x.shape[1:])


def test_kept_results_never_change():
    """Results are dropped and kept in a random order, whole or as a view, while others of the same size are made."""
    rng = random.Random(0)
    inputs = [np.random.default_rng(i).standard_normal(shape) for i, shape in enumerate(SHAPES)]
    layers = [cpool.MaxPool2d(2) for _ in inputs]
    kept = []
    for _ in range(400):
        i = rng.choices(range(len(SHAPES)), weights=[8, 8, 8, 1])[0]
        x = inputs[i] * rng.choice((1, -1))
        y = layers[i].forward(x)
        made = [y, layers[i].indices, layers[i].backward(y), *cpool.max_pool2d(x, 3, 1, 1, return_indices=True)]
        result = rng.choice(made)
        keep = rng.choice([lambda a: a, lambda a: a[..., 1:], memoryview, lambda a: a.T, lambda a: a.reshape(-1)[::3]])(
            result
        )
        kept.append((keep, np.array(keep)))
        del made, result, y, keep
        while len(kept) > 12 or (kept and rng.random() < 0.4):
            keep, copy = kept.pop(rng.randrange(len(kept)))
            np.testing.assert_array_equal(np.asarray(keep), copy)
    for keep, copy in kept:
        np.testing.assert_array_equal(np.asarray(keep), copy)


SHAPES = [(1, 1, 6, 6), (2, 3, 40, 40), (4, 16, 32, 32), (1, 1, 2200, 2000)]
