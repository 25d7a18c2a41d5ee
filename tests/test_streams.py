"""Results larger than the caches are written past them, where x86 vectors fill them, and nothing else is."""

from pathlib import Path

import numpy as np
import pytest
from arrays import at_offset
from tables import ISAS, layer_class, running

from cpool import _kernels

LARGE, SMALL = (1, 8, 1026, 1024), (1, 8, 126, 128)  # more than 32 MiB of float32, or less
LARGE_LAST, SMALL_LAST = (1, 132, 1024, 64), (1, 14, 128, 64)  # channels last
HUGE_LAST = (1, 200, 1024, 64)  # more than 48 MiB


def out_like(array, last, offset):
    """An array like this one, so many bytes past a multiple of 64."""
    if not last:
        return at_offset(array.shape, array.dtype, offset)
    return np.moveaxis(at_offset(np.moveaxis(array, 1, -1).shape, array.dtype, offset), -1, 1)


def counted(shape, last, window, offset):
    """{isa: whether y, and whether dx, was written past the caches}. offset: of y and dx, in bytes."""
    x = np.zeros(shape, np.float32)
    if last:
        x = np.moveaxis(x, -1, 1)
    streamed = {}
    for isa in ISAS:
        with running(isa, 1):
            layer = layer_class("max", 2)(*window)
            y, dx = (out_like(array, last, offset) for array in (layer.forward(x), x))
            counts = [_kernels.streams()]
            layer.forward(x, out=y)
            counts.append(_kernels.streams())
            layer.backward(y, out=dx)
            counts.append(_kernels.streams())
        streamed[isa] = (counts[1] > counts[0], counts[2] > counts[1])
    return streamed


@pytest.mark.parametrize("window", [((2, 2), (2, 2)), ((3, 3), (2, 2), (1, 1))], ids=str)
@pytest.mark.parametrize(
    ("shape", "last", "offset", "expected"),
    [
        (LARGE, False, 0, True),
        (LARGE, False, 4, False),
        (SMALL, False, 0, False),
        (LARGE_LAST, True, 0, True),
        (LARGE_LAST, True, 4, False),
        (SMALL_LAST, True, 0, False),
    ],
)
def test_past_the_caches(shape, last, offset, expected, window):
    # Backward of 3x3 is in vectors only where these are wide (src_c/kernels.h, plan_sums of _sums.pxi); in whole lines,
    # wherever dx begins, as 2x2 of NCHW, it goes past the caches.
    wide = ("avx512", "avx2")
    for isa, streamed in counted(shape, last, window, offset).items():
        forward = expected and isa in ("avx512", "avx2", "sse2")
        lines = shape == LARGE and isa in wide
        backward = lines or (forward and (window[0] == (2, 2) or isa in wide))
        assert streamed == (forward, backward), isa


@pytest.mark.parametrize("offset", [0, 4])
@pytest.mark.parametrize(("shape", "expected"), [(LARGE, True), (SMALL, False)])
def test_sums_of_stride_1_past_the_caches(shape, expected, offset):
    for isa, streamed in counted(shape, False, ((3, 3), (1, 1), (1, 1)), offset).items():
        assert streamed == (False, expected and isa in ("avx512", "avx2", "sse2")), isa


@pytest.mark.parametrize(
    ("shape", "last", "window", "expected"),
    [
        (LARGE, False, ((2, 2), (2, 2)), (False, True)),  # of NCHW backward as ever
        (LARGE_LAST, True, ((2, 2), (2, 2)), (False, False)),
        (LARGE_LAST, True, ((3, 3), (2, 2), (1, 1)), (False, False)),
        (HUGE_LAST, True, ((2, 2), (2, 2)), (True, True)),
    ],
)
def test_a_large_last_cache_holds_more(shape, last, window, expected):
    _kernels.take_last_cache(480 << 20)
    try:
        for isa, streamed in counted(shape, last, window, 0).items():
            assert streamed == (expected if isa in ("avx512", "avx2", "sse2") else (False, False)), isa
    finally:
        _kernels.take_last_cache(0)


def test_last_cache_bytes():
    """As lscpu's table has it, where there is one."""
    size = Path("/sys/devices/system/cpu/cpu0/cache/index3/size")
    expected = int(size.read_text().strip().removesuffix("K")) * 1024 if size.exists() else 0
    assert _kernels.last_cache_bytes() == expected
