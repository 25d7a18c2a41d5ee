"""The gradient is that of the forward pass: central differences in float64, windows that overlap."""

import numpy as np
import pytest
from tables import function, layer_class

import cpool

STEP = 1e-4


def numerical_gradient(pool, x, weights):
    """The gradient of sum(weights * pool(x)), one cell at a time."""
    gradient = np.empty_like(x)
    for cell in np.ndindex(x.shape):
        sums = []
        for sign in (1, -1):
            moved = x.copy()
            moved[cell] += sign * STEP
            sums.append((weights * pool(moved)).sum())
        gradient[cell] = (sums[0] - sums[1]) / (2 * STEP)
    return gradient


@pytest.mark.parametrize("op", ["max", "min"])
@pytest.mark.parametrize(
    ("rank", "shape", "keywords"),
    [
        (1, (2, 3, 11), {"kernel_size": 3, "stride": 1, "padding": 1}),
        (1, (2, 9), {"kernel_size": 4, "stride": 2, "padding": [(3, 0)], "ceil_mode": True}),
        (2, (2, 2, 6, 7), {"kernel_size": 3, "stride": 2, "padding": 1}),
        (2, (2, 6, 7), {"kernel_size": (2, 3), "stride": 1, "padding": "same", "dilation": (2, 1)}),
        (3, (2, 4, 5, 4), {"kernel_size": 3, "stride": (1, 2, 1), "padding": 1}),
    ],
)
def test_numerical_gradient(op, rank, shape, keywords):
    rng = np.random.default_rng(0)
    # All values differ by far more than the step, so no winner changes.
    x = rng.permutation(np.prod(shape)).reshape(shape) / 10.0
    layer = layer_class(op, rank)(**keywords)
    weights = rng.standard_normal(layer.forward(x).shape)
    expected = numerical_gradient(lambda moved: function("pool", op, rank)(moved, **keywords), x, weights)
    np.testing.assert_allclose(layer.backward(weights), expected, rtol=1e-7, atol=1e-7)
    got = function("pool_backward", "max", rank)(weights, layer.indices, x.shape)
    np.testing.assert_allclose(got, expected, rtol=1e-7, atol=1e-7)


def test_numerical_gradient_of_the_textbook_layer():
    rng = np.random.default_rng(0)
    x = rng.permutation(2 * 2 * 6 * 6).reshape(2, 2, 6, 6) / 10.0
    layer = cpool.Pooling(3, 3, stride=1)
    weights = rng.standard_normal(layer.forward(x).shape)
    got = layer.backward(weights)
    expected = numerical_gradient(lambda moved: cpool.Pooling(3, 3, stride=1).forward(moved), x, weights)
    np.testing.assert_allclose(got, expected, rtol=1e-7, atol=1e-7)
