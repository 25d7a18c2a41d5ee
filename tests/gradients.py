"""Running backward, and comparing its bits with np.add.at's and the ways it took with those it should take."""

from math import ceil, prod

import numpy as np
import reference
from arrays import channels_last, nans, values
from tables import assert_same, layer_class, running

import cpool
from cpool import _kernels

GROUPS, PLANES = "backward of four planes at a time", "backward of up to three planes"
CHANNELS, PARTS, ONE = "backward of channels", "backward of parts of planes", "backward of all planes as one"
PAIRS, CELLS = "backward of pairs", "backward of windows of channels side by side"
SUMS, ROWS = "backward by sums of channels", "backward by sums of rows"
FLAT, DOWN = "backward by sums of all cells", "backward by sums down the columns"
INDICES = "backward by indices"
VECTOR_BYTES = {"avx512": 64, "avx2": 32, "sse2": 16, "neon": 16, "scalar": 0}


def added(dout, indices, shape, rank):
    """np.add.at, plane by plane in the order of the outputs."""
    planes = prod(shape[:-rank])
    dx = np.zeros((planes, prod(shape[-rank:])), dout.dtype)
    for plane, index, value in zip(dx, indices.reshape(planes, -1), dout.reshape(planes, -1), strict=True):
        np.add.at(plane, index, value)
    return dx.reshape(shape)


def gradients(rng, dtype, shape, nan=False):
    """Any integers; floats with zeros of both signs, and NaN where no two of them are added."""
    if dtype.kind != "f":
        return values(rng, dtype, shape, "odd")
    dout = rng.standard_normal(shape).astype(dtype)
    zeros = np.where(rng.random(shape) < 0.5, 0.0, -0.0).astype(dtype)
    dout = np.where(rng.random(shape) < 0.3, zeros, dout)
    return np.where(rng.random(shape) < 0.1, nans(rng, dtype, shape), dout) if nan else dout


def check(taken, isa, shape, window, last=False, threads=1, dtype="f4", out=None, nan=False):
    """Backward of a gradient of this dtype through a float32 forward; window: from kernel_size on.

    taken: the names of the ways; of what is scattered, small windows may be summed, see size_is_left and goes_by_rows.
    """
    rng, rank, dtype = np.random.default_rng(0), len(window[0]), np.dtype(dtype)
    x = values(rng, np.dtype("f4"), shape, "ties")  # so that neighbouring windows share their winners
    with running(isa, threads):
        threaded = cpool.get_num_threads() > 1
        layer = layer_class("max", rank)(*window)
        y_shape = layer.forward(channels_last(x, rank) if last else x).shape
        dout = gradients(rng, dtype, y_shape, nan)
        dx = layer.backward(channels_last(dout, rank) if last else dout, out=out)
        now = {_kernels.last_ways()[1]}
        indices = layer.indices
    if isa == "scalar" and taken == {PAIRS}:  # for vectors alone
        taken = now & {GROUPS, PLANES, PARTS, ONE}
        assert taken
    if not last and are_one(shape, y_shape, window):
        taken = {ONE if name in (GROUPS, PLANES) else name for name in taken - {PARTS}}
    down = not last and goes_down(isa, shape, window, dtype.itemsize)
    if y_shape == shape and size_is_left(isa, shape, window, dtype.itemsize, down):
        way = DOWN if down else FLAT
        taken = {way if name in (GROUPS, PLANES, ONE, CHANNELS) else name for name in taken - {PARTS}}
    elif not last and goes_by_rows(isa, shape, y_shape, window, dtype.itemsize):
        taken = {ROWS if name in (GROUPS, PLANES, ONE, PAIRS) else name for name in taken - {PARTS}}
    assert now == ({PARTS} if threaded and PARTS in taken else taken - {PARTS})
    assert_same(dx, added(dout, indices, shape, rank))


def summed(isa, shape, window, item):
    """Whether sums in vectors take less time than to scatter: of few taps, or windows, for so many channels."""
    if VECTOR_BYTES[isa] == 0:
        return False
    channels, n_bytes, taps = shape[1], prod(shape) * item, prod(window[0])
    pixel, vector = channels * item, VECTOR_BYTES[isa]
    far = n_bytes > 20 << 20 and isa != "neon"
    while vector > pixel:
        vector //= 2
    vectors, seen = ceil(pixel / vector), taps / prod(window[1])
    few = taps * (vectors + (taps - 1) / 2) <= (2.8 if far else 1.4) * channels
    return few or (n_bytes > 1 << 18 and vectors * (seen + 1.5) <= (0.7 if far else 0.45) * channels)


def are_one(shape, y_shape, window):
    """Whether planes of few outputs, whose rows of windows lie side by side, are scattered as one plane."""
    rank = len(window[0])
    if prod(y_shape[-rank:]) > 9:
        return False
    axes = reference.geometry(shape[-rank:], *window)
    if rank == 3 and not axes[0].kernel == axes[0].length == axes[0].output == 1:
        return False
    return all(
        axis.before == 0
        and axis.output * axis.stride == axis.length
        and axis.dilation * (axis.kernel - 1) < axis.stride
        for axis in axes[-2:-1]
    )


def goes_down(isa, shape, window, item):
    """Whether a window that leaves the size as it is has its sums made in vectors of columns."""
    lanes, width, far = VECTOR_BYTES[isa] // item, shape[-1], prod(shape) * item > 20 << 20
    kernel = (1, 1, *window[0])[-3:]
    if lanes == 0 or kernel[0] > 1 or kernel[1] != kernel[2] or kernel[2] not in (2, 3, 5) or len(window) > 3:
        return False
    part = lanes
    if isa == "avx512" and item >= 4 and 2 * (width % lanes) <= lanes <= 2 * width:
        part = lanes // 2
    used = (width // lanes * lanes + (part if width % lanes else 0)) / width
    taps = prod(kernel) * item * used / VECTOR_BYTES[isa]
    return used <= (4 if far else 1.6) and taps <= (2.75 if far else 1.9)


def goes_by_rows(isa, shape, y_shape, window, item):
    """Whether windows of 2x2 or 3x3, 1 or 2 apart, have their sums made row by row."""
    kernel, stride = window[0], (*window, window[0])[1]
    rank, dilation = len(kernel), window[3] if len(window) > 3 else (1, 1)
    depth, height, width = zip(*[(1, 1, *axes)[-3:] for axes in (kernel, stride, shape[-rank:])], strict=True)
    taps, step, cells = width
    alike = height[:2] == width[:2] or height[0] == height[2] == 1
    if item < 4 or VECTOR_BYTES[isa] < 32 or max(dilation) > 1 or not alike or (depth[0], depth[2]) != (1, 1):
        return False
    row, far = cells * item, prod(shape) * item > 20 << 20
    lines = step == 2 and row > (224 if far else 512)
    if taps == step == 2:
        padding = (*window, (0,), (0,))[2][-1]
        tiled = y_shape[-1] * 2 == cells and padding in (0, (0, 0), (0, 1))
        return (far and row >= 256) if tiled else row < 192 or (far and lines)
    if not 2 <= taps <= 3 or step > 2 or (step == 1 and prod(y_shape) == prod(shape)):
        return False
    rows = max(1, (131072 if lines else 32768) // row)
    block, group = min(height[2], rows), max(1, min(rows // height[2], prod(shape[:-rank]) // 16))
    outputs = group * min((1, *y_shape[-rank:])[-2], block // height[1] + 2) * y_shape[-1]
    if (item + 1) * (outputs + 64) + y_shape[-1] + 128 + (group * block * row if far and not lines else 0) > 229376:
        return False  # does not fit in scratch
    lanes = VECTOR_BYTES[isa] // item
    at_once = lanes if cells <= lanes == 64 // item else lanes * step
    used = -(-cells // at_once) * at_once
    return 4 * prod(kernel) * item * used <= 5.25 * VECTOR_BYTES[isa] * cells or (far and row >= 128)


def size_is_left(isa, shape, window, item, down):
    """Whether a window of stride 1, with as many outputs as there are cells, is summed over all of them at once."""
    kernel, stride = window[0], (*window, window[0])[1]
    lengths = shape[-len(kernel) :]
    dilation = window[3] if len(window) > 3 else (1,) * len(kernel)
    spans = [(taps - 1) * step + 1 for taps, step in zip(kernel, dilation, strict=True)]
    fits = all(span <= length for span, length in zip(spans, lengths, strict=True))
    few = 8 * prod(kernel) * item <= 9 * VECTOR_BYTES[isa] or down
    return max(stride) == 1 and fits and few
