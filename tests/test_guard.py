"""No byte outside an array is touched: every array of a call lies against unreadable pages, for each ISA and dtype."""

import ctypes
import mmap
import os
import subprocess
import sys

import numpy as np
import pytest
from forward_paths import APART, ASIDE, CHANNELS, COLUMNS, PASSES, PIXELS, PLANES, RING, ROWS, WINDOWS

import cpool
from cpool import _kernels

LINUX = sys.platform == "linux"
PROT_NONE = 0
PAGE = mmap.PAGESIZE
ROOM = 256 * PAGE
DTYPES = ["bool", "int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64", "float32", "float64"]
POOLINGS = [  # kernel_size, stride, padding, dilation
    (2, 2, 0, 1),
    (3, 2, 1, 1),
    (3, 2, 0, 1),
    (3, 1, 1, 1),
    (5, 1, 2, 1),
    (2, 3, 0, 1),
    (3, 1, 2, 2),
    ((1, 17), (1, 1), ((0, 0), (16, 16)), 1),
    (7, 1, 3, 1),
    (7, 2, 3, 1),
    (17, 1, 8, 1),  # places of two bytes
    ((1, 2), (1, 1), 0, 1),
    (2, 1, 0, 1),
]
WIDTHS = range(1, 71)
LAYOUTS = {"NCHW": WIDTHS, "NHWC": WIDTHS, "crop": WIDTHS[::3], "every second": WIDTHS[1::3], "backwards": WIDTHS[2::3]}
LAYOUTS |= {"upside down": WIDTHS[1::3], "17 planes": WIDTHS[2::6], "one plane": [4000]}


class GuardedRoom:
    """Memory between two unreadable pages; arrays are put against the one or the other."""

    def __init__(self):
        self.memory = mmap.mmap(-1, ROOM + 2 * PAGE)
        self.bytes = np.frombuffer(self.memory, np.uint8)[PAGE:-PAGE]
        self.start = self.bytes.ctypes.data
        protect = ctypes.CDLL(None, use_errno=True).mprotect
        for guard in (self.start - PAGE, self.start + ROOM):
            if protect(ctypes.c_void_p(guard), ctypes.c_size_t(PAGE), PROT_NONE) != 0:
                raise OSError(ctypes.get_errno(), "mprotect")

    def put(self, array, at_end, layout="NCHW"):
        """The array's elements in this room, in this layout, the first or the last of them against a guard page."""
        shape = array.shape
        if layout == "NHWC":
            order = [0, *range(2, array.ndim), 1]
            memory_shape = [shape[axis] for axis in order]
            return self._strided(array, at_end, np.argsort(order), memory_shape, 1, shape[1])
        step = 2 if layout == "every second" else 1
        pitch = shape[-1] * step + (5 if layout == "crop" else 0)
        flipped = {"backwards": -1, "upside down": -2}.get(layout)
        return self._strided(array, at_end, range(array.ndim), shape, step, pitch, flipped)

    def _strided(self, array, at_end, axes, memory_shape, step, pitch, flipped=None):
        strides = [step, pitch]
        for length in memory_shape[-2:0:-1]:
            strides.append(strides[-1] * length)
        strides = strides[: len(memory_shape)][::-1]
        size = array.itemsize
        extent = size * (1 + sum((length - 1) * stride for length, stride in zip(memory_shape, strides, strict=True)))
        place = self.bytes[-extent:] if at_end else self.bytes[:extent]
        base = place[: extent // size * size].view(array.dtype)
        view = np.lib.stride_tricks.as_strided(base, memory_shape, [stride * size for stride in strides])
        view = view.transpose(axes)
        if flipped is not None:
            view = np.flip(view, flipped)
        view[...] = array
        return view


def check(rooms, x, pooling, layout, at_end):
    """Each call on guarded arrays gives the bits it gives on ordinary ones."""
    room_x, room_y, room_indices, room_record = rooms
    expected_layer, layer = cpool.MaxPool2d(*pooling), cpool.MaxPool2d(*pooling)
    y = expected_layer.forward(x)
    dout = np.random.default_rng(y.size).integers(0, 9, y.shape).astype(x.dtype)
    dx = expected_layer.backward(dout)

    guarded = room_x.put(x, at_end, layout)
    out = room_y.put(np.zeros_like(y), at_end, layout)
    assert_equal(layer.forward(guarded, out=out), y)
    assert_equal(layer.forward(guarded), y)
    assert_equal(layer.indices, expected_layer.indices)
    assert_equal(cpool.max_pool2d(guarded, *pooling, out=out), y)
    assert_equal(cpool.min_pool2d(guarded, *pooling), cpool.min_pool2d(x, *pooling))
    indices = cpool.max_pool2d(guarded, *pooling, return_indices=True)[1]
    assert_equal(indices, expected_layer.indices)

    record_layout = "NCHW" if layer._last[0].flags.c_contiguous else "NHWC"
    layer._last = (room_record.put(layer._last[0], at_end, record_layout), *layer._last[1:])
    indices = room_indices.put(indices, at_end, layout)
    guarded_dout = room_y.put(dout, at_end, layout)
    out = room_x.put(np.zeros_like(dx), at_end, layout)
    assert_equal(layer.backward(guarded_dout, out=out), dx)
    assert_equal(layer.backward(guarded_dout), dx)
    assert_equal(layer.indices, expected_layer.indices)
    backward_dx = cpool.max_pool2d_backward(dout, expected_layer.indices, x.shape)
    out[...] = 0
    assert_equal(cpool.max_pool2d_backward(guarded_dout, indices, x.shape, out=out), backward_dx)
    unpooled = cpool.max_unpool2d(y, expected_layer.indices, 1, output_size=x.shape)
    assert_equal(cpool.max_unpool2d(room_y.put(y, at_end, layout), indices, 1, output_size=x.shape), unpooled)


def assert_equal(array, expected):
    if array.dtype != expected.dtype or not np.array_equal(array, expected):
        raise AssertionError(f"{array!r} is not {expected!r}")


def sweep(isa, dtype):
    """All poolings, layouts and widths 1 ... 70 of one dtype with one instruction set, both guards."""
    _kernels.select_isa(isa)
    rooms, taken = [GuardedRoom() for _ in range(4)], set()
    for pooling in POOLINGS:
        for layout, widths in LAYOUTS.items():
            for width in widths:
                print(pooling, layout, width, flush=True)
                height = 4 + width % 3 + (9 if layout == "17 planes" and width < 20 else 0)
                planes = {"17 planes": 17, "one plane": 1}.get(layout, 2)
                shape = (1, width, height, 5) if layout == "NHWC" else (1, planes, height, width)
                if shape[-1] < 3 and pooling[2] == 0:
                    continue
                x = np.random.default_rng(width).integers(0, 60, shape).astype(dtype)
                for at_end in (True, False):
                    check(rooms, x, pooling, layout, at_end)
                    taken.add(_kernels.last_ways()[0])
    for pooling, layout, shape in (
        (((41, 41), (3, 1), (20, 0), (1, 3)), "NHWC", (72 // np.dtype(dtype).itemsize, 60, 130)),  # channels one by one
        (((30, 40), 1, 0, 1), "NCHW", (3, 30, 40)),  # whole planes,
        ((7, 1, 0, 1), "NCHW", (67, 7, 7)),  # which are side by side
        ((3, 3, 1, 1), "NCHW", (35, 11, 14)),
    ):
        x = np.random.default_rng(0).integers(0, 60, (1, *shape)).astype(dtype)
        for at_end in (True, False):
            check(rooms, x, pooling, layout, at_end)
            taken.add(_kernels.last_ways()[0])
    ways = {ROWS, PIXELS, PASSES, APART, WINDOWS}
    if isa != "scalar":
        ways |= {PLANES, CHANNELS, COLUMNS}
    if isa != "scalar" and np.dtype(dtype).itemsize > 1:
        ways.add(RING)
    if isa in ("avx512", "avx2") and np.dtype(dtype).itemsize == 4:
        ways.add(ASIDE)
    if taken != ways:
        raise AssertionError(f"ways of forward's that were not taken, or should not be: {taken ^ ways}")
    print("done")


def run(*arguments):
    return subprocess.run([sys.executable, __file__, *arguments], capture_output=True, text=True, timeout=120)


@pytest.mark.skipif(not LINUX, reason="mprotect is called as Linux has it")
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("isa", _kernels.usable_isas())
def test_nothing_outside_the_arrays_is_touched(isa, dtype):
    result = run(isa, dtype)
    last = (result.stdout.splitlines() or ["nothing"])[-1]
    assert (result.returncode, last) == (0, "done"), f"at {last}: {result.stderr}"


@pytest.mark.skipif(not LINUX, reason="mprotect is called as Linux has it")
@pytest.mark.parametrize("side", ["before", "after"])
def test_the_guard_pages_are_unreadable(side):
    assert run(side).returncode < 0


if __name__ == "__main__":
    if sys.argv[1] in ("before", "after"):
        room = GuardedRoom()
        print(ctypes.string_at(room.start - 1 if sys.argv[1] == "before" else room.start + ROOM, 1))
    else:
        sweep(*sys.argv[1:])
    sys.stdout.flush()
    os._exit(0)  # without unmapping: arrays may still look into the rooms
