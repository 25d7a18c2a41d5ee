"""Arrays that are hard to pool: ties, NaN, infinities, signed zeros and extremes, in every memory layout."""

from math import prod

import numpy as np

FLAVOURS = ("small", "ties", "descending", "lowest", "highest", "extremes", "odd", "all odd")


def nans(rng, dtype, shape):
    """NaN of both signs with random payloads, so that the bits tell which one was taken."""
    unsigned = np.dtype(f"u{dtype.itemsize}")
    payload = rng.integers(1, 2**20, shape).astype(unsigned)
    sign = rng.integers(0, 2, shape).astype(unsigned) << np.array(8 * dtype.itemsize - 1, unsigned)
    return (payload | sign | np.array(np.nan, dtype).view(unsigned)).view(dtype)


def values(rng, dtype, shape, flavour="small"):
    """A contiguous array of this flavour; "odd" means NaN and zeros of both signs among floats, any bits elsewhere."""
    small = rng.integers(0, 2 if dtype.kind == "b" else 100, shape).astype(dtype)
    if flavour == "ties":
        return rng.integers(0, 2, shape).astype(dtype)
    if flavour == "descending":
        return np.ascontiguousarray(np.sort(small, axis=-1)[..., ::-1])
    low, high = extremes(dtype)
    if flavour in ("lowest", "highest"):
        return np.full(shape, low if flavour == "lowest" else high, dtype)
    if flavour == "extremes":
        return np.where(rng.random(shape) < 0.5, low, high).astype(dtype)
    if flavour == "small":
        return small
    if dtype.kind == "f":
        zeros = np.where(rng.random(shape) < 0.5, 0.0, -0.0).astype(dtype)
        return np.where(rng.random(shape) < (1 if flavour == "all odd" else 0.2), nans(rng, dtype, shape), zeros)
    if dtype.kind == "b":
        return small
    return rng.integers(low, high, shape, dtype, endpoint=True)


def extremes(dtype):
    if dtype.kind == "f":
        return dtype.type(-np.inf), dtype.type(np.inf)
    if dtype.kind == "b":
        return False, True
    return np.iinfo(dtype).min, np.iinfo(dtype).max


def contiguous(x):
    return x


def crop(x):
    frame = np.full([n + 3 for n in x.shape], extremes(x.dtype)[1], x.dtype)
    view = frame[tuple(slice(1, n + 1) for n in x.shape)]
    view[...] = x
    return view


def inside(x):
    """Contiguous, with cells before and after it that are not its own."""
    frame = np.full(x.size + 200, extremes(x.dtype)[1], x.dtype)
    view = frame[100 : 100 + x.size].reshape(x.shape)
    view[...] = x
    return view


def channels_last(x, rank, layout=np.ascontiguousarray):
    """The axis before the pooled ones, where there is one, has unit stride."""
    return x if x.ndim == rank else np.moveaxis(layout(np.moveaxis(x, -rank - 1, -1)), -1, -rank - 1)


def channels_last_crop(x, rank):
    return channels_last(x, rank, crop)


def channels_last_inside(x, rank):
    return channels_last(x, rank, inside)


def transposed(x):
    return np.asfortranarray(x)


def negative(x):
    backwards = (slice(None, None, -1),) * x.ndim
    return np.ascontiguousarray(x[backwards])[backwards]


def odd(x):
    """Steps of three cells along the last axis, two along the others."""
    frame = np.full([2 * n for n in x.shape[:-1]] + [3 * n for n in x.shape[-1:]], extremes(x.dtype)[1], x.dtype)
    view = frame[(*[slice(1, None, 2)] * (x.ndim - 1), slice(2, None, 3))]
    view[...] = x
    return view


def read_only(x):
    view = x.copy()
    view.flags.writeable = False
    return view


def misaligned(x):
    buffer = np.empty(x.nbytes + 1, np.uint8)
    view = buffer[1:].view(x.dtype).reshape(x.shape)
    view[...] = x
    return view


def field(x):
    """A field of a packed record: misaligned, and no stride is a multiple of the element."""
    records = np.zeros(x.shape, [("before", "u1"), ("value", x.dtype), ("after", "u2")])
    records["value"] = x
    return records["value"]


def byte_swapped(x):
    return x.astype(x.dtype.newbyteorder())


def zero_stride(x):
    """The first cell of the last axis repeated: the one layout that changes the values."""
    return np.broadcast_to(x[..., :1], x.shape)


def zero_stride_rows(x):
    return np.broadcast_to(x[..., :1, :], x.shape) if x.ndim > 1 else x


WRITEABLE = {f.__name__: f for f in (contiguous, inside, crop, transposed, negative, odd, misaligned, field)}
PRESERVING = WRITEABLE | {f.__name__: f for f in (read_only, byte_swapped)}
LAYOUTS = PRESERVING | {f.__name__: f for f in (zero_stride, zero_stride_rows)}
CHANNEL_LAYOUTS = {f.__name__: f for f in (channels_last, channels_last_crop, channels_last_inside)}


def laid_out(x, layout, rank):
    """A view of the named layout with the values of x (but for zero strides)."""
    return CHANNEL_LAYOUTS[layout](x, rank) if layout in CHANNEL_LAYOUTS else LAYOUTS[layout](x)


def at_offset(shape, dtype, offset):
    """An array so many bytes past a multiple of 64, full of what must not remain."""
    frame = np.full(prod(shape) * dtype.itemsize + 128, 0xA5, np.uint8)
    start = -frame.ctypes.data % 64 + offset
    return frame[start : start + prod(shape) * dtype.itemsize].view(dtype).reshape(shape)
