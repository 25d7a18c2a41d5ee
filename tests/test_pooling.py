"""`Pooling` in the place of the textbook's im2col layer: construction, attributes, values, winners, gradients."""

import inspect

import numpy as np
import pytest

import cpool


class TextbookPooling:
    """The layer as the textbook builds it: copy each window into a row, take argmax and max of the rows."""

    def __init__(self, pool_h, pool_w, stride=1, pad=0):
        self.pool_h, self.pool_w, self.stride, self.pad = pool_h, pool_w, stride, pad
        self.x = self.arg_max = None

    def windows(self, images):
        """Yield (row in the window, column in the window, the images' cells there: one for each window)."""
        out_h = (images.shape[2] - self.pool_h) // self.stride + 1
        out_w = (images.shape[3] - self.pool_w) // self.stride + 1
        for i in range(self.pool_h):
            for j in range(self.pool_w):
                bottom, right = i + self.stride * out_h, j + self.stride * out_w
                yield i, j, images[:, :, i : bottom : self.stride, j : right : self.stride]

    def forward(self, x):
        margin = (self.pad, self.pad)
        images = np.pad(x, [(0, 0), (0, 0), margin, margin])
        cells = np.stack([cell for _, _, cell in self.windows(images)], axis=-1)
        col = cells.transpose(0, 2, 3, 1, 4).reshape(-1, self.pool_h * self.pool_w)
        self.x, self.arg_max = x, col.argmax(axis=1)
        n, c, out_h, out_w = cells.shape[:4]
        return col.max(axis=1).reshape(n, out_h, out_w, c).transpose(0, 3, 1, 2)

    def backward(self, dout):
        n, c, out_h, out_w = dout.shape
        rows = np.zeros((dout.size, self.pool_h * self.pool_w))
        rows[np.arange(dout.size), self.arg_max] = dout.transpose(0, 2, 3, 1).ravel()
        rows = rows.reshape(n, out_h, out_w, c, self.pool_h, self.pool_w).transpose(0, 3, 1, 2, 4, 5)
        h, w = self.x.shape[2:]
        images = np.zeros((n, c, h + 2 * self.pad, w + 2 * self.pad))
        for i, j, cells in self.windows(images):
            cells += rows[..., i, j]
        return images[:, :, self.pad : self.pad + h, self.pad : self.pad + w]


def test_signature():
    parameters = inspect.signature(cpool.Pooling).parameters
    assert [(name, p.default) for name, p in parameters.items()] == [
        ("pool_h", inspect.Parameter.empty),
        ("pool_w", inspect.Parameter.empty),
        ("stride", 1),
        ("pad", 0),
    ]


def test_attributes():
    for layer in (
        cpool.Pooling(3, 2, 2, 1),
        cpool.Pooling(pool_h=3, pool_w=2, stride=2, pad=1),
        cpool.Pooling(3, 2, pad=1, stride=2),
    ):
        assert (layer.pool_h, layer.pool_w, layer.stride, layer.pad) == (3, 2, 2, 1)
        assert layer.x is None
        assert layer.arg_max is None
    layer = cpool.Pooling(2, 2)
    assert (layer.stride, layer.pad) == (1, 0)
    x = np.random.default_rng(0).standard_normal((2, 3, 4, 5))
    y = layer.forward(x)
    assert layer.x is x
    assert layer.arg_max.shape == (y.size,)
    assert layer.arg_max.dtype == np.intp


def arrays(dtype):
    rng = np.random.default_rng(0)
    for shape in [
        (1, 1, 4, 4),
        (1, 3, 4, 4),
        (2, 3, 5, 7),
        (3, 2, 9, 6),
        (4, 1, 12, 13),
        (2, 5, 8, 17),
        (1, 17, 6, 6),
        (0, 2, 4, 4),
    ]:
        yield rng.standard_normal(shape).astype(dtype)
        yield rng.integers(0, 3, shape).astype(dtype)
        yield np.maximum(rng.standard_normal(shape), 0).astype(dtype)
        yield rng.standard_normal((*shape[:1], *shape[2:], shape[1])).astype(dtype).transpose(0, 3, 1, 2)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("stride", [1, 2, 3, 4])
@pytest.mark.parametrize("window", [(1, 1), (2, 2), (3, 3), (2, 3), (4, 1), (1, 4), (4, 4)], ids=str)
def test_same_as_the_textbook(window, stride, dtype):
    for x in arrays(dtype):
        assert_equal_layers(cpool.Pooling(*window, stride), TextbookPooling(*window, stride), x)


@pytest.mark.parametrize("stride", [1, 2, 3])
@pytest.mark.parametrize(("window", "pad"), [((2, 2), 1), ((3, 3), 1), ((5, 4), 2), ((3, 5), 2)])
def test_same_with_padding_where_all_is_positive(window, pad, stride):
    """The textbook pads with zeros, cpool with nothing: over positive elements zeros never win."""
    for x in arrays(np.float64):
        positive = np.abs(x) + 1
        assert_equal_layers(cpool.Pooling(*window, stride, pad), TextbookPooling(*window, stride, pad), positive)


def assert_equal_layers(layer, textbook, x):
    y, expected = layer.forward(x), textbook.forward(x)
    assert y.dtype == x.dtype
    np.testing.assert_array_equal(y, expected)
    np.testing.assert_array_equal(layer.arg_max, textbook.arg_max)
    # Small integers: every order of the sum gives the same bits.
    dout = np.random.default_rng(1).integers(-9, 9, y.shape).astype(x.dtype)
    np.testing.assert_array_equal(layer.backward(dout), textbook.backward(dout))
    dout = np.random.default_rng(2).standard_normal(y.shape).astype(x.dtype)
    tolerance = 16 * np.finfo(x.dtype).eps
    np.testing.assert_allclose(layer.backward(dout), textbook.backward(dout), rtol=0, atol=tolerance * 16)


def test_padding_never_wins():
    """Here the textbook's zeros would win; the definition has no such cells."""
    x = -1 - np.random.default_rng(0).random((2, 3, 5, 5))
    layer = cpool.Pooling(3, 3, 2, 1)
    y = layer.forward(x)
    np.testing.assert_array_equal(y, cpool.max_pool2d(x, 3, 2, 1))
    assert (y < 0).all()
    dx = layer.backward(np.ones_like(y))
    assert dx.sum() == y.size
