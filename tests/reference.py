"""The slow obvious twin of cpool, written from the definition alone: the tests' oracle.

Each index is what np.argmax gives over the in-bounds elements of its window in row-major order; each output is the
element there. All functions work on the last axes and carry the leading ones along.
"""

from dataclasses import dataclass
from itertools import product
from math import prod

import numpy as np

INT_DTYPES = tuple(np.dtype(f"{kind}{size}") for size in (1, 2, 4, 8) for kind in "iu")
FLOAT_DTYPES = (np.dtype("f4"), np.dtype("f8"))
DTYPES = (np.dtype("?"), *INT_DTYPES, *FLOAT_DTYPES)
BEST = {"max": np.argmax, "min": np.argmin}


@dataclass(frozen=True)
class Axis:
    """One pooled axis. Tap t of window i lies at i * stride - before + t * dilation."""

    length: int
    kernel: int
    stride: int
    before: int
    dilation: int
    output: int

    def cells(self, window):
        """The (tap, position) pairs of the window that are in bounds."""
        places = [(tap, window * self.stride - self.before + tap * self.dilation) for tap in range(self.kernel)]
        return [(tap, place) for tap, place in places if 0 <= place < self.length]


def per_axis(value, rank):
    return tuple(value) if isinstance(value, (tuple, list)) else (value,) * rank


def axis_geometry(name, length, kernel, stride, padding, dilation, ceil_mode):
    """The Axis of these arguments, or a ValueError whose text is the start of the library's."""
    span = dilation * (kernel - 1) + 1
    if padding in ("same", "same_upper", "same_lower"):
        output = -(-length // stride)
        total = max((output - 1) * stride + span - length, 0)
        before = (total + 1) // 2 if padding == "same_lower" else total // 2
    else:
        before, after = (0, 0) if padding == "valid" else per_axis(padding, 2)
        steps = (length + before + after - span) / stride  # exact: the sizes of the tests are small
        output = int(np.ceil(steps) if ceil_mode else np.floor(steps)) + 1
        if ceil_mode and (output - 1) * stride >= length + before:
            output -= 1
    if output < 1:
        raise ValueError(f"axis {name}: kernel_size {kernel} ")
    axis = Axis(length, kernel, stride, before, dilation, output)
    for window in range(output):
        if not axis.cells(window):
            raise ValueError(f"axis {name}: window {window} sees no element")
    return axis


def geometry(lengths, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False):
    """One Axis for each pooled axis."""
    rank = len(lengths)
    stride = kernel_size if stride is None else stride
    columns = [per_axis(value, rank) for value in (kernel_size, stride, padding, dilation)]
    names = range(-rank, 0)
    return [axis_geometry(*row, ceil_mode) for row in zip(names, lengths, *columns, strict=True)]


def windows(axes):
    """For each window in row-major order, its in-bounds cells: their flat positions and their places in the window."""
    for window in product(*(range(axis.output) for axis in axes)):
        cells = list(product(*(axis.cells(i) for axis, i in zip(axes, window, strict=True))))
        places = [flat([tap for tap, _ in cell], [axis.kernel for axis in axes]) for cell in cells]
        positions = [flat([position for _, position in cell], [axis.length for axis in axes]) for cell in cells]
        yield np.array(positions), np.array(places)


def flat(index, lengths):
    """The row-major number of an index."""
    number = 0
    for i, length in zip(index, lengths, strict=True):
        number = number * length + i
    return number


def pool(x, axes, op="max"):
    """(y, indices, record) of x[..., lengths]; the record is the winner's place in its window, out of bounds or not."""
    lead = x.shape[: x.ndim - len(axes)]
    planes = np.array(x, dtype=x.dtype.newbyteorder("=")).reshape(prod(lead), prod(axis.length for axis in axes))
    indices, record = [], []
    for positions, places in windows(axes):
        winners = BEST[op](planes[:, positions], axis=1)
        indices.append(positions[winners])
        record.append(places[winners])
    indices, record = np.stack(indices, axis=1), np.stack(record, axis=1)
    shape = (*lead, *(axis.output for axis in axes))
    y = np.take_along_axis(planes, indices, axis=1)
    smallest = np.min_scalar_type(prod(axis.kernel for axis in axes) - 1)
    return y.reshape(shape), indices.astype(np.int64).reshape(shape), record.astype(smallest).reshape(shape)


def decode(record, axes):
    """Flat indices from a layer's record."""
    places = np.unravel_index(record, [axis.kernel for axis in axes])
    windows_at = np.indices(record.shape)[record.ndim - len(axes) :]
    positions = [
        window * axis.stride - axis.before + place.astype(np.int64) * axis.dilation
        for axis, window, place in zip(axes, windows_at, places, strict=True)
    ]
    return flat(positions, [axis.length for axis in axes])


def backward(dout, indices, input_shape, rank):
    """dx[input_shape]: starting from zero, dout added at the indices in row-major order; booleans by logical or."""
    lead, plane = input_shape[:-rank], input_shape[-rank:]
    dx = np.zeros((prod(lead), prod(plane)), dout.dtype.newbyteorder("="))
    rows = np.broadcast_to(np.arange(prod(lead)).reshape(*lead, *[1] * rank), indices.shape)
    add = np.logical_or if dx.dtype.kind == "b" else np.add
    add.at(dx, (rows.ravel(), indices.ravel()), dout.ravel())
    return dx.reshape(input_shape)


def unpool(y, indices, kernel_size, stride=None, padding=0, output_size=None, *, rank):
    """y put at the indices of zeros, in row-major order: of equal indices the last wins. Default size: PyTorch's."""
    lead, lengths = y.shape[: y.ndim - rank], y.shape[y.ndim - rank :]
    if output_size is None:
        kernels = per_axis(kernel_size, rank)
        strides = kernels if stride is None else per_axis(stride, rank)
        pads = [per_axis(pad, 2) for pad in per_axis(padding, rank)]
        output_size = [(n - 1) * s - sum(pad) + k for n, s, pad, k in zip(lengths, strides, pads, kernels, strict=True)]
    plane = tuple(output_size)[-rank:]
    x = np.zeros((prod(lead), prod(plane)), y.dtype.newbyteorder("="))
    values, places = y.reshape(prod(lead), prod(lengths)), indices.reshape(prod(lead), prod(lengths))
    for row in range(prod(lead)):
        for value, place in zip(values[row], places[row], strict=True):
            x[row, place] = value
    return x.reshape(*lead, *plane)
