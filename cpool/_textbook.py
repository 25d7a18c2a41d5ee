"""The textbook pooling layer in NumPy, by im2col: what `cpool` replaces, and the baseline its demo is timed against."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


def lowest(dtype: np.dtype[Any]) -> Any:
    """What no value of this dtype is below."""
    if dtype.kind == "f":
        return -np.inf
    return False if dtype.kind == "b" else np.iinfo(dtype).min


def im2col(x: Array, kernel: int, stride: int, padding: int) -> Array:
    """The windows of x (N, C, H, W), one a row: (N * out_h * out_w * C, kernel * kernel). Padding never wins."""
    n, c, h, w = x.shape
    out_h, out_w = ((length + 2 * padding - kernel) // stride + 1 for length in (h, w))
    margin = (padding, padding)
    img = np.pad(x, [(0, 0), (0, 0), margin, margin], constant_values=lowest(x.dtype)) if padding else x
    col = np.empty((n, c, kernel, kernel, out_h, out_w), x.dtype)
    for row in range(kernel):
        for column in range(kernel):
            end_h, end_w = row + stride * out_h, column + stride * out_w
            col[:, :, row, column] = img[:, :, row:end_h:stride, column:end_w:stride]
    return col.transpose(0, 4, 5, 1, 2, 3).reshape(-1, kernel * kernel)


def col2im(col: Array, shape: tuple[int, ...], kernel: int, stride: int, padding: int) -> Array:
    """Back to (N, C, H, W): each element is the sum of the cells of col that were read from it."""
    n, c, h, w = shape
    out_h, out_w = ((length + 2 * padding - kernel) // stride + 1 for length in (h, w))
    windows = col.reshape(n, out_h, out_w, c, kernel, kernel).transpose(0, 3, 4, 5, 1, 2)
    img = np.zeros((n, c, h + 2 * padding, w + 2 * padding), col.dtype)
    for row in range(kernel):
        for column in range(kernel):
            end_h, end_w = row + stride * out_h, column + stride * out_w
            img[:, :, row:end_h:stride, column:end_w:stride] += windows[:, :, row, column]
    return img[:, :, padding : padding + h, padding : padding + w]


class TextbookPooling:
    """Max pooling of square windows. Works in x's dtype, where the textbook's own columns are float64."""

    def __init__(self, kernel: int, stride: int, padding: int) -> None:
        self.kernel, self.stride, self.padding = kernel, stride, padding

    def forward(self, x: Array) -> Array:
        n, c, h, w = x.shape
        out_h, out_w = ((length + 2 * self.padding - self.kernel) // self.stride + 1 for length in (h, w))
        col = im2col(x, self.kernel, self.stride, self.padding)
        self.x = x
        self.arg_max = col.argmax(axis=1)
        out: Array = col.max(axis=1)
        return out.reshape(n, out_h, out_w, c).transpose(0, 3, 1, 2)

    def backward(self, dout: Array) -> Array:
        dmax = np.zeros((dout.size, self.kernel * self.kernel), dout.dtype)
        dmax[np.arange(dout.size), self.arg_max] = dout.transpose(0, 2, 3, 1).ravel()
        return col2im(dmax, self.x.shape, self.kernel, self.stride, self.padding)
