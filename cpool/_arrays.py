"""Arrays on their way into the kernels and out of them: dtypes, layouts, output allocation, and every TypeError of these."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from math import prod
from typing import Any

import numpy as np
import numpy.typing as npt

from cpool import _kernels
from cpool._geometry import INT64_MAX, geometry, integers, paddings

Array = npt.NDArray[Any]

MAX, MIN = 0, 1

# In the order of CPOOL_FOR_EACH_DTYPE (src_c/cpool_kernels.h): a dtype's place here is its place in the kernel tables.
DTYPES = [np.dtype(name) for name in "bool int8 uint8 int16 uint16 int32 uint32 int64 uint64 float32 float64".split()]
DTYPE_CODES = {dtype: code for code, dtype in enumerate(DTYPES)}
RECORD_DTYPES = {np.dtype(unsigned).itemsize: np.dtype(unsigned) for unsigned in ("u1", "u2", "u4", "u8")}


def _never_wins(op: int, dtype: np.dtype[Any]) -> bytes:
    """The bytes of the value that every element of this dtype equals or beats."""
    if dtype.kind == "b":
        return np.array(op == MIN).tobytes()
    if dtype.kind == "f":
        return np.array(-np.inf if op == MAX else np.inf, dtype).tobytes()
    limits = np.iinfo(dtype)
    return np.array(limits.min if op == MAX else limits.max, dtype).tobytes()


FILLS = {(op, code): _never_wins(op, dtype) for op in (MAX, MIN) for code, dtype in enumerate(DTYPES)}


@lru_cache(maxsize=1024)
def _cached_plan(
    length: tuple[int, ...], kernel_size: Any, stride: Any, padding: Any, dilation: Any, ceil_mode: bool
) -> _kernels.Plan:
    return _kernels.Plan(geometry(length, kernel_size, stride, padding, dilation, ceil_mode))


def plan_for(
    length: tuple[int, ...], kernel_size: Any, stride: Any, padding: Any, dilation: Any, ceil_mode: Any
) -> _kernels.Plan:
    """The plan of pooling axes of these lengths; checks all arguments."""
    # A cache would take True or 1.0 for 1, so what enters it is plain integers: as they come, or made so here.
    if not (
        type(kernel_size) is int
        and (stride is None or type(stride) is int)
        and type(padding) is int
        and type(dilation) is int
        and type(ceil_mode) is bool
    ):
        kernel_size, stride, padding, dilation, ceil_mode = checked_arguments(
            len(length), kernel_size, stride, padding, dilation, ceil_mode
        )
    return _cached_plan(length, kernel_size, stride, padding, dilation, ceil_mode)


def checked_arguments(
    rank: int, kernel_size: Any, stride: Any, padding: Any, dilation: Any, ceil_mode: Any
) -> tuple[Any, Any, Any, Any, bool]:
    """The geometry's arguments as tuples of plain integers, one an axis (a named padding stays one)."""
    if not isinstance(ceil_mode, (bool, np.bool_)):
        raise TypeError(f"ceil_mode must be True or False, got {ceil_mode!r}")
    return (
        integers("kernel_size", kernel_size, rank, 1),
        None if stride is None else integers("stride", stride, rank, 1),
        paddings(padding, rank),
        integers("dilation", dilation, rank, 1),
        bool(ceil_mode),
    )


def as_array(name: str, value: Any, rank: int) -> tuple[Array, int]:
    """(array, dtype code) of an argument: native byte order, aligned, at least `rank` axes; a copy only where it must be."""
    array = value if type(value) is np.ndarray else np.asarray(value)
    code = DTYPE_CODES.get(array.dtype)
    if code is None:
        native = array.dtype.newbyteorder("=")
        if native not in DTYPE_CODES:
            accepted = ", ".join(dtype.name for dtype in DTYPES)
            raise TypeError(f"{name} has dtype {array.dtype}; accepted are {accepted}")
        array, code = array.astype(native), DTYPE_CODES[native]
    if array.ndim < rank:
        raise ValueError(f"{name} has shape {array.shape}; it must have at least {rank} axes, the pooled ones last")
    if not array.flags.aligned or (not _ALIGNMENT_IS_SIZE and any(step % array.itemsize for step in array.strides)):
        array = array.copy()
    return array, code


# On 32-bit x86 an aligned float64 view may have steps of half an element.
_ALIGNMENT_IS_SIZE = all(dtype.alignment == dtype.itemsize for dtype in DTYPES)


def is_channels_last(array: Array, rank: int) -> bool:
    """Whether the axis before the pooled ones, and not the last, has neighbours side by side in memory."""
    if array.ndim <= rank:
        return False
    strides, item = array.strides, array.itemsize
    return strides[-1] != item and strides[-rank - 1] == item and array.shape[-rank - 1] > 1


def in_memory_order(array: Array, rank: int, channels_last: bool) -> Array:
    """The view whose C order is the layout's: channels moved to the end where they are last."""
    if not channels_last:
        return array
    axes = list(range(array.ndim))
    axes.append(axes.pop(-rank - 1))
    return array.transpose(axes)


def contiguous(array: Array, rank: int, channels_last: bool) -> Array:
    """The array, or a copy, with the layout's memory order; axes in that order."""
    return np.ascontiguousarray(in_memory_order(array, rank, channels_last))


def empty(shape: tuple[int, ...], dtype: np.dtype[Any], rank: int, channels_last: bool) -> Array:
    """A new array of this shape in the layout."""
    if not channels_last:
        return np.empty(shape, dtype)
    channel = len(shape) - rank - 1
    made: Array = np.empty((*shape[:channel], *shape[channel + 1 :], shape[channel]), dtype)
    return made.transpose([*range(channel), len(shape) - 1, *range(channel, len(shape) - 1)])


def check_size(name: str, shape: Sequence[int]) -> None:
    """ValueError where an array of this shape, or its int64 indices, cannot be addressed."""
    if prod(shape) * 8 > INT64_MAX:
        raise ValueError(f"{name} would have shape {tuple(shape)}, {prod(shape)} elements: more than memory can address")


def result(
    shape: tuple[int, ...], dtype: np.dtype[Any], rank: int, channels_last: bool, out: Any, inputs: tuple[Array, ...]
) -> Array:
    """Where the kernels write: `out` itself where its memory order allows and no input overlaps it, else a new array."""
    if out is None:
        return empty(shape, dtype, rank, channels_last)
    if not isinstance(out, np.ndarray):
        raise TypeError(f"out must be a NumPy array, got {type(out).__name__}")
    if out.dtype != dtype:
        raise TypeError(f"out has dtype {out.dtype}; it must have {dtype}")
    if out.shape != shape:
        raise ValueError(f"out has shape {out.shape}; it must have {shape}")
    flags = out.flags
    if not flags.writeable:
        raise ValueError("out is read-only; it must be writable")
    in_place = (in_memory_order(out, rank, True).flags if channels_last else flags).c_contiguous and flags.aligned
    if in_place and not any(np.may_share_memory(out, array) for array in inputs):
        return out
    return empty(shape, dtype, rank, channels_last)


def delivered(made: Array, out: Array | None) -> Array:
    """What a call returns: `out`, filled, or the new array."""
    if out is None or made is out:
        return made
    np.copyto(out, made)
    return out


