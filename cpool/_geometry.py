"""Geometry of a pooling: per axis the window, its steps and the output length, with every error that these can have."""

from __future__ import annotations

import operator
from math import prod
from typing import Any

import numpy as np

INT64_MAX = 2**63 - 1
UNORDERED = (str, bytes, dict, set, frozenset)
NAMED_PADDINGS = ("valid", "same", "same_upper", "same_lower")


def integer(name: str, value: Any, least: int) -> int:
    """`value` as an int of at least `least` and at most int64's largest."""
    try:
        if isinstance(value, bool):
            raise TypeError
        number = operator.index(value)
    except TypeError:
        raise TypeError(f"{name} must be an integer, got {value!r}") from None
    if not least <= number <= INT64_MAX:
        got = number if number.bit_length() < 1000 else f"an integer of {number.bit_length()} bits"
        raise ValueError(f"{name} must be at least {least} and at most 2**63 - 1, got {got}")
    return number


def _listed(value: Any, n: int) -> list[Any]:
    """The entries of a sequence, or one value n times."""
    try:
        return [value] * n if type(value) is int else list(value)
    except TypeError:
        return [value] * n


def _entries(name: str, value: Any, rank: int, kinds: str) -> list[Any]:
    """The entry for each of `rank` axes: those of a sequence, or one value for all."""
    if isinstance(value, UNORDERED):
        raise TypeError(f"{name} must be {kinds}, got {value!r}")
    entries = _listed(value, rank)
    if len(entries) != rank:
        raise ValueError(f"{name} must have {rank} entries, one an axis, or be one integer, got {value!r}")
    return entries


def integers(name: str, value: Any, rank: int, least: int) -> tuple[int, ...]:
    """One integer an axis from an integer or a sequence of them."""
    entries = _entries(name, value, rank, "an integer or one integer an axis")
    return tuple(integer(name, entry, least) for entry in entries)


def paddings(value: Any, rank: int) -> str | tuple[tuple[int, int], ...]:
    """A named padding, or one (before, after) pair an axis."""
    if isinstance(value, str):
        if value not in NAMED_PADDINGS:
            raise ValueError(f"padding must be an integer, integers, pairs or one of {NAMED_PADDINGS}, got {value!r}")
        return value
    pairs = []
    for entry in _entries("padding", value, rank, "an integer, one integer or pair an axis, or a name"):
        if isinstance(entry, UNORDERED):
            raise TypeError(f"padding must be an integer, one integer or pair an axis, or a name, got {value!r}")
        sides = _listed(entry, 2)
        if len(sides) != 2:
            raise ValueError(f"padding must have pairs (before, after), got {entry!r} in {value!r}")
        pairs.append((integer("padding", sides[0], 0), integer("padding", sides[1], 0)))
    return tuple(pairs)


def _first_between(step: int, modulus: int, low: int, high: int) -> int | None:
    """The least i for which low <= i * step % modulus <= high, by Euclid's algorithm; 0 < low <= high < modulus."""
    if 2 * step > modulus:
        step, low, high = modulus - step, modulus - high, modulus - low
    if step == 0:
        return None
    i = -(-low // step)
    if i * step <= high:
        return i
    turns = _first_between(-modulus % step, step, low % step, high % step)
    return None if turns is None else -(-(low + turns * modulus) // step)


def _first_blind_window(length: int, kernel: int, stride: int, before: int, dilation: int, output: int) -> int | None:
    """The first window that sees no element, if one does. Windows start at i * stride - before."""
    if (kernel - 1) * dilation < before:
        return 0
    # A window that starts left of the array sees its cells of one residue modulo the dilation; the array may have none.
    left = min(output, -(-before // stride))
    if dilation > length:
        at = -before % dilation  # where window 0's cells lie, modulo the dilation
        blind = 0 if at >= length else _first_between(stride % dilation, dilation, length - at, dilation - 1 - at)
        if blind is not None and blind < left:
            return blind
    if (output - 1) * stride - before >= length:
        return -(-(length + before) // stride)
    return None


def _axis(
    axis: int, length: int, kernel: int, stride: int, padding: str | tuple[int, int], dilation: int, ceil_mode: bool
) -> tuple[int, int]:
    """(padding before, output length) of one axis. Sources: PyTorch's pooling_output_shape, ONNX's MaxPool."""
    span = dilation * (kernel - 1) + 1
    window = f"kernel_size {kernel} with dilation {dilation} spans {span} cells"
    if span > INT64_MAX:
        raise ValueError(f"axis {axis}: {window}, more than 2**63 - 1")
    if isinstance(padding, str) and padding != "valid":
        output = -(-length // stride)
        total = max((output - 1) * stride + span - length, 0)
        before = total - total // 2 if padding == "same_lower" else total // 2
        after = total - before
    else:
        before, after = (0, 0) if isinstance(padding, str) else padding
        output = (length + before + after - span + (stride - 1 if ceil_mode else 0)) // stride + 1
        if ceil_mode and (output - 1) * stride >= length + before:
            output -= 1
    padded = length + before + after
    if padded > INT64_MAX:
        raise ValueError(f"axis {axis}: length {length} with padding ({before}, {after}) is more than 2**63 - 1 cells")
    if output < 1 or length < 1:
        raise ValueError(
            f"axis {axis}: {window}, more than the {padded} of length {length} with padding ({before}, {after})"
        )
    blind = _first_blind_window(length, kernel, stride, before, dilation, output)
    if blind is not None:
        raise ValueError(
            f"axis {axis}: window {blind} sees no element: it starts at {blind * stride - before}, {window}, the "
            f"length is {length}; padding ({before}, {after}) must leave each window at least one"
        )
    return before, output


def checked_arguments(
    rank: int, kernel_size: Any, stride: Any, padding: Any, dilation: Any, ceil_mode: Any
) -> tuple[tuple[int, ...], tuple[int, ...] | None, str | tuple[tuple[int, int], ...], tuple[int, ...], bool]:
    """A pooling's arguments as tuples of plain integers, one an axis (a named padding stays one)."""
    if not isinstance(ceil_mode, (bool, np.bool_)):
        raise TypeError(f"ceil_mode must be True or False, got {ceil_mode!r}")
    return (
        integers("kernel_size", kernel_size, rank, 1),
        None if stride is None else integers("stride", stride, rank, 1),
        paddings(padding, rank),
        integers("dilation", dilation, rank, 1),
        bool(ceil_mode),
    )


def geometry(
    length: tuple[int, ...],
    kernel: tuple[int, ...],
    stride: tuple[int, ...] | None,
    padding: str | tuple[tuple[int, int], ...],
    dilation: tuple[int, ...],
    ceil_mode: bool,
) -> list[tuple[int, int, int, int, int, int]]:
    """(length, kernel, stride, padding before, dilation, output length) of each pooling axis; ValueError without one.

    The arguments are those of checked_arguments.
    """
    rank = len(length)
    if prod(kernel) > INT64_MAX:
        raise ValueError(f"kernel_size {kernel} has {prod(kernel)} taps, more than 2**63 - 1")
    axes = []
    for i, steps in enumerate(stride or kernel):
        sides = padding if isinstance(padding, str) else padding[i]
        before, output = _axis(i - rank, length[i], kernel[i], steps, sides, dilation[i], ceil_mode)
        axes.append((length[i], kernel[i], steps, before, dilation[i], output))
    return axes
