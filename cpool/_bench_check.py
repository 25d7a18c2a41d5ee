"""Whether cpool's results are right, by a computation of its own in NumPy: no figure is given for wrong ones."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

import cpool
from cpool._bench_cases import Case, Workload
from cpool._textbook import lowest

Array = NDArray[Any]

MOST_TAPS, MOST_PLANES = 8_000_000, 64


def wrong_results(work: Workload) -> str:
    """Run cpool on all of x and compare a sample of the planes: what differs first, or "" if nothing does."""
    case = work.case
    layer = cpool.MaxPool2d(case.kernel_size, case.stride, case.padding)
    layer.forward(work.x, out=work.y)
    layer.backward(work.dout, out=work.dx)
    indices = layer.indices
    for image, channel in _sample(case):
        y, winners, dx = pooled_plane(work.x[image, channel], work.dout[image, channel], case)
        results = {"output": (work.y, y), "record": (indices, winners), "gradient": (work.dx, dx)}
        for name, (got, expected) in results.items():
            if not np.array_equal(got[image, channel], expected):
                return f"{name} of image {image}, channel {channel}"
    values = cpool.max_pool2d(work.x, case.kernel_size, case.stride, case.padding)
    return "" if np.array_equal(values, work.y) else "output without the record"


def _sample(case: Case) -> list[tuple[int, int]]:
    """(image, channel) of planes from the first to the last, as many as are checked in about a second."""
    n, c, h, w = case.output_shape
    affordable = MOST_TAPS // (h * w * case.kernel_size**2)
    planes = np.linspace(0, n * c - 1, min(n * c, MOST_PLANES, max(affordable, 2))).astype(int)
    return [divmod(int(plane), c) for plane in planes]


def pooled_plane(x: Array, dout: Array, case: Case) -> tuple[Array, Array, Array]:
    """(y, indices, dx) of one plane, from the definition: the first of a window's elements that equal its largest."""
    size, step, padding = case.kernel_size, case.stride, case.padding

    def windows(plane: Array, margin: Any) -> Array:
        padded = np.pad(plane, padding, constant_values=margin)
        cells: Array = sliding_window_view(padded, (size, size))[::step, ::step]
        return cells.reshape(*cells.shape[:2], -1)

    values = windows(x, lowest(x.dtype))
    y = values.max(axis=-1)
    is_largest = (values == y[..., None]) & windows(np.ones(x.shape, bool), False)
    row, column = np.divmod(is_largest.argmax(axis=-1), size)
    row += np.arange(y.shape[0])[:, None] * step - padding
    column += np.arange(y.shape[1]) * step - padding
    indices = row * x.shape[1] + column
    dx = np.zeros(x.size, dout.dtype)
    np.add.at(dx, indices.ravel(), dout.ravel())
    return y, indices, dx.reshape(x.shape)
