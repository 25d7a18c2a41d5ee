"""Pooling of any rank and op: what the public functions and the layers call. Checks, allocates, runs the kernels."""

from __future__ import annotations

from math import prod
from typing import Any

import numpy as np

from cpool import _kernels
from cpool._arrays import MAX, ORDERS, Array, as_array, contiguous, converted, delivered, in_memory_order, result
from cpool._geometry import INT64_MAX, integers

INT64 = np.dtype(np.int64)


def forward(
    operation: _kernels.Operation, x: Any, want_record: bool, out: Any
) -> tuple[Array, tuple[Any, _kernels.Plan]]:
    """(y, (record or None, plan))."""
    op, rank = operation.arguments[:2]
    x, code = as_array("x", x, rank, any_byte=True)
    plan = operation.plan_for(x, code, ORDERS[op, x.dtype])
    y = result("y", plan.output_shape, x.dtype, rank, plan.channels_last, out, (x,))
    record = plan.forward(x, y, want_record)
    return delivered(y, out), (record, plan)


def backward(plan: _kernels.Plan, record: Array, dout: Any, out: Any) -> Array:
    """dx, from the record of a forward by this plan."""
    rank, channels_last = plan.rank, plan.channels_last
    dout, code = as_array("dout", dout, rank)
    if dout.shape != record.shape:
        raise ValueError(f"dout has shape {dout.shape}; it must have that of the layer's output, {record.shape}")
    dx = result("dx", plan.shape, dout.dtype, rank, channels_last, out, (dout, record))
    if dx.size:
        _kernels.backward(code, contiguous(dout, rank, channels_last), record, dx, plan)
    return delivered(dx, out)


def scatter(
    add: bool, rank: int, name: str, values: Any, indices: Any, size_name: str, shape: tuple[int, ...], out: Any
) -> Array:
    """Planes of `shape` with `values` added (else put, the last one wins) at the indices, zero elsewhere."""
    values, code = as_array(name, values, rank)
    places = converted("indices", indices)
    if places.dtype.kind not in "iu" or not np.can_cast(places.dtype, INT64):
        raise TypeError(f"indices has dtype {places.dtype}; it must be int64 or an integer type that fits into it")
    if places.shape != values.shape:
        raise ValueError(f"indices has shape {places.shape}; it must have that of {name}, {values.shape}")
    if len(shape) != values.ndim or shape[:-rank] != values.shape[:-rank]:
        raise ValueError(
            f"{size_name} is {shape}; it must have the {values.ndim - rank} leading axes of {name}, "
            f"{values.shape[:-rank]}, and {rank} pooled ones"
        )
    channels_last = _kernels.is_channels_last(values, rank)
    cells = prod(shape[-rank:])
    if cells > INT64_MAX:
        raise ValueError(f"{size_name} is {shape}: more cells a plane than memory can address")
    # Always a copy: the kernel must read what was checked, whatever other threads do to the caller's array.
    ordered = np.array(in_memory_order(places, rank, channels_last), dtype=INT64, order="C")
    if _kernels.any_outside(ordered, cells):
        raise_index_error(places, rank, cells)
    dx = result(size_name, shape, values.dtype, rank, channels_last, out, (values, places))
    if dx.size:
        channels = shape[-rank - 1] if channels_last else 1
        n = prod(values.shape[-rank:])
        _kernels.scatter(add, code, dx, ordered, contiguous(values, rank, channels_last), n, cells, channels)
    return delivered(dx, out)


def raise_index_error(indices: Array, rank: int, cells: int) -> None:
    """IndexError for the first index, in C order, that is not in its plane."""
    first = tuple(int(i) for i in np.argwhere((indices < 0) | (indices >= cells))[0])
    raise IndexError(
        f"indices[{', '.join(map(str, first))}] is {int(indices[first])} (plane {first[:-rank]}, "
        f"position {first[-rank:]}); it must be from 0 to {cells - 1}, a cell of the plane"
    )


def unpooled_shape(
    rank: int, y_shape: tuple[int, ...], kernel_size: Any, stride: Any, padding: Any, output_size: Any
) -> tuple[int, ...]:
    """The shape that max_unpool fills: what pooling it gives y_shape, or what output_size says."""
    _, _, kernel, steps, pads, *_ = _kernels.operation_of(MAX, rank, kernel_size, stride, padding, 1, False).arguments
    lead, pooled = y_shape[:-rank], y_shape[-rank:]
    if output_size is not None:
        size = tuple(output_size) if hasattr(output_size, "__iter__") else (output_size,) * rank
        if len(size) == len(y_shape) and len(size) != rank:
            sizes = integers("output_size", size, len(size), 0)
            if sizes[:-rank] != lead:
                raise ValueError(f"output_size is {sizes}; its leading axes must be those of y, {lead}")
            return sizes
        return lead + integers("output_size", size, rank, 1)
    if isinstance(pads, str):
        if pads != "valid":
            raise ValueError(f"padding {pads!r} does not tell the size of the input; give output_size")
        pads = ((0, 0),) * rank
    sizes = tuple(
        (length - 1) * step - before - after + taps
        for length, step, (before, after), taps in zip(pooled, steps or kernel, pads, kernel, strict=True)
    )
    if any(not 1 <= size <= INT64_MAX for size in sizes):
        raise ValueError(
            f"y of pooled shape {pooled} would unpool to {sizes}; give output_size, sizes from 1 to 2**63 - 1"
        )
    return lead + sizes
