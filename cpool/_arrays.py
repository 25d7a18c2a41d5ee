"""Arrays on their way into the kernels and out: dtypes, layouts, output allocation, and the errors of these."""

from __future__ import annotations

from sys import byteorder
from typing import Any

import numpy as np

from cpool import _kernels

Array = np.ndarray[Any, np.dtype[Any]]

MAX, MIN = 0, 1

# In the order of CPOOL_FOR_EACH_DTYPE (src_c/cpool_kernels.h), to which unsigned integers are signed ones.
_CHARS = (("?",), ("i1", "u1"), ("i2", "u2"), ("i4", "u4"), ("i8", "u8"), ("f4",), ("f8",))
DTYPE_CODES = {np.dtype(char): code for code, chars in enumerate(_CHARS) for char in chars}
DTYPES = [*DTYPE_CODES]


def _order(op: int, dtype: np.dtype[Any]) -> tuple[bytes, bytes, int]:
    """(fill, its key, flip): the value that every element of this dtype equals or beats; what makes keys of elements.

    Which bits of elements are flipped so that the greatest wins in signed order says src_c/cpool_kernels.h.
    """
    sign = 1 << (8 * dtype.itemsize - 1)
    flip = sign if dtype.kind == "u" else 0
    if op == MIN:
        flip ^= sign if dtype.kind == "f" else 2 * sign - 1
    limits: tuple[float, float] = (False, True) if dtype.kind == "b" else (-np.inf, np.inf)
    if dtype.kind in "iu":
        limits = int(np.iinfo(dtype).min), int(np.iinfo(dtype).max)
    fill = np.array(limits[op], dtype).tobytes()
    key = int.from_bytes(fill, byteorder) ^ flip
    return fill, key.to_bytes(dtype.itemsize, byteorder), flip


ORDERS = {(op, dtype): _order(op, dtype) for op in (MAX, MIN) for dtype in DTYPES}


def as_array(name: str, value: Any, rank: int, any_byte: bool = False) -> tuple[Array, int]:
    """(array, dtype code) of an argument: at least `rank` axes, native byte order, aligned; a copy only if need be.

    any_byte: what uses it takes every byte of a bool that is not 0 for True, as a view of other bytes may have them.
    """
    array = value if type(value) is np.ndarray else converted(name, value)
    code = DTYPE_CODES.get(array.dtype)
    if code == 0 and not any_byte and array.size and array.view(np.uint8).max() > 1:
        array = array.view(np.uint8) != 0
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


def converted(name: str, value: Any) -> Array:
    """The array of what may not be one yet."""
    if isinstance(value, np.ma.MaskedArray):
        raise TypeError(f"{name} is a masked array; accepted are arrays without a mask, such as {name}.filled(value)")
    try:
        return np.asarray(value)
    except ValueError as error:
        raise ValueError(f"{name} must be an array, or nested sequences of equal lengths: {error}") from None


# On 32-bit x86 an aligned float64 view may have steps of half an element.
_ALIGNMENT_IS_SIZE = all(dtype.alignment == dtype.itemsize for dtype in DTYPES)


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


def overlap(a: Array, b: Array) -> bool:
    """Whether two arrays may share memory. Two that own theirs do only if they are one: that question is faster."""
    return a is b if a.flags.owndata and b.flags.owndata else np.may_share_memory(a, b)


def result(
    name: str,
    shape: tuple[int, ...],
    dtype: np.dtype[Any],
    rank: int,
    channels_last: bool,
    out: Any,
    inputs: tuple[Array, ...],
) -> Array:
    """Where the kernels write: `out` itself if its memory order allows it and no input overlaps, else a new array."""
    if out is None:
        return _kernels.empty(name, shape, dtype, rank, channels_last)
    if not isinstance(out, np.ndarray):
        raise TypeError(f"out must be a NumPy array, got {type(out).__name__}")
    if out.dtype != dtype:
        raise TypeError(f"out has dtype {out.dtype}; it must have {dtype}")
    if out.shape != shape:
        raise ValueError(f"out has shape {out.shape}; it must have {shape}")
    flags = out.flags
    if not flags.writeable:
        raise ValueError("out is read-only; it must be writable")
    in_place = in_memory_order(out, rank, True).flags.c_contiguous if channels_last else flags.c_contiguous
    if in_place and flags.aligned and not any(overlap(out, array) for array in inputs):
        return out
    return _kernels.empty(name, shape, dtype, rank, channels_last)


def delivered(made: Array, out: Array | None) -> Array:
    """What a call returns: `out`, filled, or the new array."""
    if out is None or made is out:
        return made
    np.copyto(out, made)
    return out
