"""Memory stays flat over 10,000 calls of each function, errors included; no error keeps a reference."""

import gc
import os
import subprocess
import sys

import numpy as np
import pytest

import cpool

ROUNDS = 10_000
WARM_UP = 1_000
PAGES = "/proc/self/statm"
PEAK = """
import re, sys, numpy as np, cpool
def peak():
    return int(re.search(r"VmPeak:\\s+(\\d+) kB", open("/proc/self/status").read())[1]) << 10
cpool.set_num_threads(1)
kernel, stride = int(sys.argv[1]), int(sys.argv[2])
x, layer = np.zeros((1, 1, 20_000_000), np.float32), cpool.MaxPool1d(kernel, stride)
y, dx = layer.forward(x), np.zeros_like(x)
before = peak()
layer.backward(y, out=dx)
print(peak() - before)
"""
RANKS = (1, 2, 3)


def resident_bytes():
    with open(PAGES) as f:
        return int(f.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def inputs(rank, dtype=np.float32):
    x = np.random.default_rng(0).standard_normal((2, 3) + (6,) * rank).astype(dtype)
    return x, *getattr(cpool, f"max_pool{rank}d")(x, 2, return_indices=True)


def right_calls(rank):
    """Each public call of this rank, over layouts that are used in place, copied, or gathered."""
    max_pool, min_pool = getattr(cpool, f"max_pool{rank}d"), getattr(cpool, f"min_pool{rank}d")
    backward, unpool = getattr(cpool, f"max_pool{rank}d_backward"), getattr(cpool, f"max_unpool{rank}d")
    x, y, indices = inputs(rank)
    dx = backward(y, indices, x.shape)
    layer = getattr(cpool, f"MaxPool{rank}d")(3, 2, 1)
    dout = layer.forward(x)
    swapped = x.astype(x.dtype.newbyteorder())
    last = np.moveaxis(np.moveaxis(x, 1, -1).copy(), -1, 1)
    return [
        lambda: layer.forward(x),
        lambda: layer.forward(x, out=dout),
        lambda: layer.backward(dout),
        lambda: layer.backward(dout, out=dx),
        lambda: layer.indices,
        lambda: max_pool(x, 2, return_indices=True),
        lambda: max_pool(x[..., ::-2], 2),
        lambda: max_pool(last, 2, padding="same"),
        lambda: max_pool(swapped, 3, ceil_mode=True),
        lambda: max_pool(x, 2, out=y),
        lambda: max_pool(dx, 1, out=dx),
        lambda: min_pool(x.tolist(), 2, 1, return_indices=True),
        lambda: backward(y, indices, x.shape),
        lambda: backward(y, indices.astype(np.int32), list(x.shape), out=dx),
        lambda: unpool(y, indices, 2),
        lambda: unpool(y[..., ::-1], indices, 2, output_size=x.shape),
    ]


def wrong_calls(rank):
    """Calls that raise, each at another check."""
    max_pool, min_pool = getattr(cpool, f"max_pool{rank}d"), getattr(cpool, f"min_pool{rank}d")
    backward, unpool = getattr(cpool, f"max_pool{rank}d_backward"), getattr(cpool, f"max_unpool{rank}d")
    x, y, indices = inputs(rank)
    layer = getattr(cpool, f"MaxPool{rank}d")(2)
    new_layer = getattr(cpool, f"MinPool{rank}d")(2)
    layer.forward(x)
    outside = indices.copy()
    outside.flat[-1] = 2**40
    return [
        lambda: max_pool(x, 7),
        lambda: max_pool(x, 0),
        lambda: max_pool(x, 2, stride=1.5),
        lambda: max_pool(x, 2, padding=9),
        lambda: max_pool(x, 2, padding="all"),
        lambda: max_pool(x, (2,) * 4),
        lambda: min_pool(x.astype(complex), 2),
        lambda: min_pool(x, 2, out=y[:1]),
        lambda: min_pool(x, 2, out=y.astype(np.float64)),
        lambda: max_pool(x[0, 0, ..., 0], 2),
        lambda: max_pool(x[..., :0], 2),
        lambda: max_pool(np.broadcast_to(x[0, 0], (2**60, *x.shape[2:])), 1),
        lambda: layer.forward(x.astype("O")),
        lambda: layer.forward(x, out=x),
        lambda: layer.backward(y[:1]),
        lambda: layer.backward(y, out=y),
        lambda: layer.backward("y"),
        lambda: new_layer.backward(y),
        lambda: backward(y, outside, x.shape),
        lambda: backward(y, indices[:1], x.shape),
        lambda: backward(y, indices.astype(float), x.shape),
        lambda: backward(y, indices, x.shape[1:]),
        lambda: backward(y, indices, (2**62,) * x.ndim),
        lambda: unpool(y, outside, 2),
        lambda: unpool(y, indices, 2, output_size=(1,)),
        lambda: getattr(cpool, f"MaxPool{rank}d")(None).forward(x),
    ]


def raises(call):
    try:
        call()
    except (ValueError, TypeError, IndexError, RuntimeError, MemoryError):
        return True
    return False


def textbook_call():
    layer = cpool.Pooling(2, 2, 2)
    x = np.ones((2, 2, 8, 8))
    y = layer.forward(x)
    return layer.backward(y), layer.arg_max


def rounds(calls, n):
    for _ in range(n):
        for call in calls:
            call()


@pytest.mark.skipif(not os.path.exists(PAGES), reason="resident memory is read from Linux's /proc")
@pytest.mark.parametrize("kind", ["right", "wrong"])
def test_ten_thousand_rounds_of_all_calls(kind):
    make = {"right": right_calls, "wrong": wrong_calls}[kind]
    calls = [call for rank in RANKS for call in make(rank)]
    if kind == "wrong":
        calls = [lambda call=call: raises(call) for call in calls]
    else:
        calls.append(textbook_call)
    assert_flat(lambda n: rounds(calls, n), bytes_allowed=2**20)


@pytest.mark.skipif(not os.path.exists(PAGES), reason="resident memory is read from Linux's /proc")
def test_large_arrays():
    """Large enough to be split over threads, and to be mapped rather than cut from the heap."""
    x = np.random.default_rng(0).standard_normal((4, 16, 100, 100), dtype=np.float32)
    layer = cpool.MaxPool2d(3, 2, 1)

    def calls(n):
        for _ in range(n // 100):
            dx = layer.backward(layer.forward(x))
            layer.forward(x[..., ::-1])
            cpool.max_pool2d_backward(layer.forward(dx), layer.indices, x.shape)

    assert_flat(calls, bytes_allowed=4 * 2**20)


def assert_flat(calls, bytes_allowed):
    """Neither the process's memory nor the number of Python's blocks grows."""
    calls(WARM_UP)
    gc.collect()
    bytes_before, blocks_before = resident_bytes(), sys.getallocatedblocks()
    calls(ROUNDS)
    gc.collect()
    assert resident_bytes() - bytes_before < bytes_allowed
    assert sys.getallocatedblocks() - blocks_before < 500


@pytest.mark.parametrize("rank", RANKS)
def test_each_wrong_call_raises_and_keeps_no_reference(rank):
    calls = wrong_calls(rank)
    for call in calls:
        cells = [cell.cell_contents for cell in call.__closure__]
        assert raises(call)
        before = [sys.getrefcount(cell) for cell in cells]
        for _ in range(10):
            assert raises(call)
        gc.collect()
        assert [sys.getrefcount(cell) for cell in cells] == before


@pytest.mark.parametrize("rank", RANKS)
def test_layer_keeps_no_reference_to_x(rank):
    x = inputs(rank)[0]
    layer = getattr(cpool, f"MaxPool{rank}d")(2)
    before = sys.getrefcount(x)
    y = layer.forward(x)
    out = np.empty_like(y)
    assert layer.forward(x, out=out) is out
    assert sys.getrefcount(x) == before
    references = sys.getrefcount(y)
    layer.backward(y)
    assert sys.getrefcount(y) == references


@pytest.mark.skipif(not os.path.exists("/proc/self/status"), reason="the peak is read from Linux' /proc")
@pytest.mark.parametrize(("kernel", "stride"), [(2, 1), (2, 2), (3, 1), (3, 2), (5, 1)])
def test_scratch_of_a_long_row(kernel, stride):
    """Ways of backward that serve only what fits in little scratch leave none of theirs to the way that is taken."""
    command = [sys.executable, "-c", PEAK, str(kernel), str(stride)]
    result = subprocess.run(command, capture_output=True, text=True, check=True)
    assert int(result.stdout) <= 2 << 20
