"""A small convolutional network learns scikit-learn's digits through cpool's layers."""

import numpy as np
import pytest

import cpool

datasets = pytest.importorskip("sklearn.datasets", reason="the digits come with scikit-learn")


def im2col(x, size, stride=1):
    """The windows of x (N, C, H, W), one a row: (N * out_h * out_w, C * size * size)."""
    windows = np.lib.stride_tricks.sliding_window_view(x, (size, size), axis=(2, 3))[:, :, ::stride, ::stride]
    return windows.transpose(0, 2, 3, 1, 4, 5).reshape(-1, x.shape[1] * size * size)


def col2im(col, shape, size, stride=1):
    """The sum, at each element of an array of this shape, of the cells of col that were read from it."""
    n, c, h, w = shape
    out_h, out_w = (h - size) // stride + 1, (w - size) // stride + 1
    windows = col.reshape(n, out_h, out_w, c, size, size).transpose(0, 3, 1, 2, 4, 5)
    x = np.zeros(shape)
    for i in range(size):
        for j in range(size):
            x[:, :, i : i + stride * out_h : stride, j : j + stride * out_w : stride] += windows[..., i, j]
    return x


class Convolution:
    """A convolution of 3x3 windows, stride 1, padding 1."""

    def __init__(self, rng, channels_in, channels_out):
        self.w = rng.standard_normal((channels_in * 9, channels_out)) * np.sqrt(2 / (channels_in * 9))
        self.b = np.zeros(channels_out)

    def forward(self, x):
        padded = np.pad(x, [(0, 0), (0, 0), (1, 1), (1, 1)])
        self.shape, self.col = padded.shape, im2col(padded, 3)
        y = self.col @ self.w + self.b
        return y.reshape(len(x), *x.shape[2:], -1).transpose(0, 3, 1, 2)

    def backward(self, dout):
        rows = dout.transpose(0, 2, 3, 1).reshape(len(self.col), -1)
        self.dw, self.db = self.col.T @ rows, rows.sum(axis=0)
        return col2im(rows @ self.w.T, self.shape, 3)[:, :, 1:-1, 1:-1]


class Affine:
    def __init__(self, rng, n_in, n_out):
        self.w = rng.standard_normal((n_in, n_out)) * np.sqrt(2 / n_in)
        self.b = np.zeros(n_out)

    def forward(self, x):
        self.shape, self.x = x.shape, x.reshape(len(x), -1)
        return self.x @ self.w + self.b

    def backward(self, dout):
        self.dw, self.db = self.x.T @ dout, dout.sum(axis=0)
        return (dout @ self.w.T).reshape(self.shape)


class Relu:
    def forward(self, x):
        self.positive = x > 0
        return x * self.positive

    def backward(self, dout):
        return dout * self.positive


class TextbookPooling:
    """Max pooling by im2col: windows as rows, argmax and max of the rows, and back by col2im."""

    def __init__(self, pool_h, pool_w, stride=1, pad=0):
        assert pool_h == pool_w
        assert pad == 0
        self.size, self.stride = pool_h, stride

    def forward(self, x):
        n, c, h, w = self.shape = x.shape
        out_h, out_w = (h - self.size) // self.stride + 1, (w - self.size) // self.stride + 1
        col = im2col(x, self.size, self.stride).reshape(-1, self.size**2)
        self.arg_max = col.argmax(axis=1)
        return col.max(axis=1).reshape(n, out_h, out_w, c).transpose(0, 3, 1, 2)

    def backward(self, dout):
        col = np.zeros((dout.size, self.size**2))
        col[np.arange(dout.size), self.arg_max] = dout.transpose(0, 2, 3, 1).ravel()
        return col2im(col, self.shape, self.size, self.stride)


def softmax_loss(scores, labels):
    """The mean cross-entropy and its gradient."""
    p = np.exp(scores - scores.max(axis=1, keepdims=True))
    p /= p.sum(axis=1, keepdims=True)
    each = np.arange(len(labels))
    loss = -np.log(p[each, labels]).mean()
    p[each, labels] -= 1
    return loss, p / len(labels)


def digits():
    """Images (N, 1, 8, 8) in 0..1 and labels, shuffled: those to learn from, those held out."""
    data = datasets.load_digits()
    order = np.random.default_rng(0).permutation(len(data.target))
    x, labels = data.images[order, None] / 16, data.target[order]
    return (x[:1400], labels[:1400]), (x[1400:], labels[1400:])


def network(make_pool):
    rng = np.random.default_rng(1)
    first = [Convolution(rng, 1, 8), Relu(), make_pool()]
    second = [Convolution(rng, 8, 16), Relu(), make_pool()]
    return [*first, *second, Affine(rng, 16 * 2 * 2, 10)]


def train(layers, x, labels, epochs, batch=50, rate=0.1, momentum=0.9):
    """Stochastic gradient descent; the loss of each batch."""
    losses = []
    learning = [layer for layer in layers if hasattr(layer, "w")]
    steps = [[np.zeros_like(layer.w), np.zeros_like(layer.b)] for layer in learning]
    rng = np.random.default_rng(2)
    for _ in range(epochs):
        order = rng.permutation(len(x))
        for start in range(0, len(x), batch):
            picked = order[start : start + batch]
            loss, d = softmax_loss(predict(layers, x[picked]), labels[picked])
            losses.append(loss)
            for layer in reversed(layers):
                d = layer.backward(d)
            for layer, step in zip(learning, steps, strict=True):
                for i, (weights, gradient) in enumerate([(layer.w, layer.dw), (layer.b, layer.db)]):
                    step[i] = momentum * step[i] - rate * gradient
                    weights += step[i]
    return losses


def predict(layers, x):
    for layer in layers:
        x = layer.forward(x)
    return x


def test_reaches_95_percent_of_held_out_digits():
    (x, labels), (x_held_out, labels_held_out) = digits()
    layers = network(lambda: cpool.MaxPool2d(2))
    losses = train(layers, x, labels, epochs=8)
    assert np.mean(losses[-28:]) < np.mean(losses[:28]) / 4
    accuracy = (predict(layers, x_held_out).argmax(axis=1) == labels_held_out).mean()
    assert accuracy >= 0.95


@pytest.mark.parametrize(
    "make_pool", [lambda: cpool.Pooling(2, 2, stride=2), lambda: cpool.MaxPool2d(2)], ids=["Pooling", "MaxPool2d"]
)
def test_losses_are_those_of_the_textbook_layer_bit_for_bit(make_pool):
    (x, labels), _ = digits()
    losses = train(network(make_pool), x, labels, epochs=2)
    expected = train(network(lambda: TextbookPooling(2, 2, stride=2)), x, labels, epochs=2)
    assert losses == expected
    assert losses[-1] < losses[0]
