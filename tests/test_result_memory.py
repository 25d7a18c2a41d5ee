"""Large results take the memory that dropped ones have left: never that of one in use, and no more than the limit."""

import copy
import gc
import os
import pickle
import subprocess
import sys
import threading
import tracemalloc

import numpy as np
import pytest

import cpool
from cpool import _kernels

MIB = 2**20
LIMIT = 256 * MIB


@pytest.fixture(autouse=True)
def empty():
    gc.collect()
    cpool.empty_cache()
    yield
    cpool.empty_cache()
    assert _kernels.cached_bytes() == 0


def pooled(mib, value=0):
    """y of so many MiB, of a value; and the address of its first element."""
    y = cpool.max_pool1d(np.full((mib, MIB), value, np.uint8), 1)
    assert y.nbytes == mib * MIB
    return y, y.ctypes.data


def run(code, **environment):
    return subprocess.run(
        [sys.executable, "-c", "import os, sys, numpy as np, cpool\nfrom cpool import _kernels\n" + code],
        cwd=os.path.dirname(__file__),
        capture_output=True,
        text=True,
        timeout=120,
        env={**os.environ, **environment},
    )


def test_dropped_memory_is_used_again_by_what_is_at_least_half_as_large():
    for wanted, again in ((8, True), (5, True), (4, True), (3, False), (9, False)):
        cpool.empty_cache()
        pooled(8)
        assert _kernels.cached_bytes() == 8 * MIB
        y = pooled(wanted)[0]
        assert _kernels.cached_bytes() == (0 if again else 8 * MIB)
        del y


def test_the_smallest_that_fits_is_taken():
    made = {mib: pooled(mib) for mib in (8, 6, 7)}
    places = {mib: place for mib, (_, place) in made.items()}
    made.clear()
    larger = pooled(5)
    assert larger[1] == places[6]
    assert _kernels.cached_bytes() == 15 * MIB


@pytest.mark.parametrize(
    "keep",
    [
        lambda y: y,
        lambda y: y[1:, ::-2],
        lambda y: y.T,
        lambda y: y.reshape(-1)[5:6],
        lambda y: y.view(np.int8),
        memoryview,
        lambda y: y.view(np.ma.MaskedArray),
        lambda y: np.lib.stride_tricks.as_strided(y, (3,), (0,)),
        lambda y: {"cycle": y},
    ],
)
def test_a_view_keeps_the_memory(keep):
    y, place = pooled(4, 7)
    kept = keep(y)
    del y
    for value in range(3):
        other, its_place = pooled(4, value)
        assert abs(its_place - place) >= 4 * MIB
        del other
    array = kept["cycle"] if isinstance(kept, dict) else np.asarray(kept)
    assert (array == 7).all()


def test_layer_and_functions_share_the_memory_and_keep_their_record():
    x = np.random.default_rng(0).standard_normal((4, 64, 128, 128), dtype=np.float32)
    layer = cpool.MaxPool2d(2)
    expected = layer.forward(x).copy(), layer.indices.copy()
    dx = layer.backward(expected[0]).copy()
    for _ in range(3):
        y, indices = cpool.max_pool2d(-x, 2, return_indices=True)
        del y, indices
        other = cpool.MaxPool2d(2)
        other.backward(other.forward(-x))
        del other
        np.testing.assert_array_equal(layer.indices, expected[1])
        np.testing.assert_array_equal(layer.backward(expected[0]), dx)
        np.testing.assert_array_equal(cpool.max_pool2d_backward(expected[0], expected[1], x.shape), dx)
    assert _kernels.cached_bytes() > 0


def test_channels_last_results_are_so():
    x = np.random.default_rng(0).standard_normal((2, 256, 256, 8)).transpose(0, 3, 1, 2)
    for _ in range(3):
        y = cpool.max_pool2d(x, 2)
        assert y.strides[1] == y.itemsize
        np.testing.assert_array_equal(y, cpool.max_pool2d(x.copy(), 2))


def test_unused_memory_stays_under_the_limit():
    results = [pooled(40)[0] for _ in range(9)]
    for i in range(9):
        results.pop()
        assert _kernels.cached_bytes() == min((i + 1) * 40, 240) * MIB
    many = [pooled(1)[0] for _ in range(300)]
    many.clear()
    assert _kernels.cached_bytes() <= LIMIT


def test_environment_sets_the_limit():
    code = f"""
def drop(mib):
    y = cpool.max_pool1d(np.zeros((mib, {MIB}), np.uint8), 1)
    owner = y.base
    del y
    return owner is None
print(drop(2), _kernels.cached_bytes(), drop(5), _kernels.cached_bytes())
"""
    results = {limit: run(code, CPOOL_CACHE_BYTES=str(limit)).stdout.split() for limit in (0, 4 * MIB, 8 * MIB)}
    assert results == {
        0: ["True", "0", "True", "0"],
        4 * MIB: ["False", str(2 * MIB), "False", str(2 * MIB)],
        8 * MIB: ["False", str(2 * MIB), "False", str(7 * MIB)],
    }


@pytest.mark.parametrize("value", ["-1", "1.5", "256M", "many", str(2**70)])
def test_a_wrong_limit_is_an_error_at_import(value):
    result = run("", CPOOL_CACHE_BYTES=value)
    assert result.returncode != 0
    assert f"ImportError: CPOOL_CACHE_BYTES is {value!r}" in result.stderr


def test_results_are_ordinary_arrays():
    y, place = pooled(5, 3)
    assert place % 64 == 0
    assert all(y.flags[name] for name in ("WRITEABLE", "ALIGNED", "C_CONTIGUOUS"))
    assert type(y) is np.ndarray
    y[0, :3] = 9
    for twin in (pickle.loads(pickle.dumps(y)), copy.deepcopy(y), y.copy(), np.resize(y, y.shape)):
        assert twin.ctypes.data != place
        np.testing.assert_array_equal(twin, y)


def test_tracemalloc_sees_results_while_they_live():
    x = np.zeros((8, MIB), np.uint8)
    tracemalloc.start()
    try:
        for _ in range(3):
            before = tracemalloc.get_traced_memory()[0]
            y = cpool.max_pool1d(x, 1)
            assert y.nbytes <= tracemalloc.get_traced_memory()[0] - before < y.nbytes + 10_000
            del y
            assert tracemalloc.get_traced_memory()[0] - before < 10_000
    finally:
        tracemalloc.stop()


def test_results_in_cycles_collected_at_any_moment():
    class Node:
        pass

    kept, thresholds = [], gc.get_threshold()
    gc.set_threshold(1)
    try:
        for value in range(60):
            node = Node()
            node.me, node.y = node, pooled(1 + value % 3, value)[0]
            if value % 7 == 0:
                kept.append((value, node.y))
    finally:
        gc.set_threshold(*thresholds)
    assert all((y == value).all() for value, y in kept)


def test_many_threads():
    """Each fills results with its own number, keeps some, hands some to others to drop, and finds its own unchanged."""
    wrong, shared = [], []

    def work(number):
        rng = np.random.default_rng(number)
        x = np.full((3, MIB // 2), number, np.uint8)
        layer, kept = cpool.MaxPool1d(2), []
        for _ in range(150):
            lengths = x[: rng.integers(1, 4)]
            kept += [layer.forward(lengths)[:, 3:], layer.backward(lengths[:, ::2]), cpool.max_pool1d(lengths, 1)]
            if rng.integers(50) == 0:
                cpool.empty_cache()
            wrong.extend(number for y in kept if y.max() != number)
            shared.append(kept.pop(rng.integers(len(kept))))
            del kept[: rng.integers(len(kept)) + 1]
            del shared[:-20]

    threads = [threading.Thread(target=work, args=(number,)) for number in range(1, 7)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
def test_fork():
    code = f"""
def pooled(value):
    return cpool.max_pool1d(np.full((4, {MIB}), value, np.uint8), 1)
kept = pooled(1)
pooled(2)
child = os.fork()
for value in (3, 4):
    y = pooled(value)
    assert (kept == 1).all() and (y == value).all()
del kept, y
assert _kernels.cached_bytes() == {12 * MIB}
cpool.empty_cache()
if child == 0:
    os._exit(5)
print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""
    result = run(code)
    assert result.stdout.strip() == "5", result.stderr


def test_results_outlive_the_modules():
    code = f"""
import gc
y = cpool.max_pool1d(np.full((4, {MIB}), 7, np.uint8), 1)
view = y[1:]
del cpool, _kernels
for name in [name for name in sys.modules if name.startswith("cpool")]:
    del sys.modules[name]
gc.collect()
del y
gc.collect()
assert (view == 7).all()
sys.last = view  # dropped while the interpreter ends
print("right")
"""
    result = run(code)
    assert (result.returncode, result.stdout.strip(), result.stderr) == (0, "right", "")


@pytest.mark.skipif(not os.path.exists("/proc/self/status"), reason="resident memory is read from Linux's /proc")
def test_peak_of_a_forward_and_what_empty_cache_returns():
    code = """
def kib(name):
    return next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith(name))
cpool.set_num_threads(1)
layer = cpool.MaxPool2d(3, 2, 1)
layer.forward(np.ones((1, 4, 64, 64), np.float32))
x = np.ones((8, 64, 160, 160), np.float32)
# Without the extension's own pages, of which Linux may map 2 MiB at once.
before = kib("VmRSS") - kib("RssFile")
y = layer.forward(x)
beyond = kib("VmHWM") - kib("RssFile") - before - (y.nbytes + y.size) // 1024
dx = layer.backward(y)
full = kib("VmRSS")
del dx
cached = kib("VmRSS")
cpool.empty_cache()
print(beyond, full - cached, full - kib("VmRSS"), x.nbytes // 1024)
"""
    result = run(code)
    beyond, at_drop, at_empty, dx = map(int, result.stdout.split())
    assert beyond < 256 + 512  # the scratch, and what pages, the interpreter and its reading of the status take
    assert at_drop < dx / 2
    assert at_empty > dx * 0.9


@pytest.mark.skipif(not os.path.exists("/proc/self/status"), reason="resident memory is read from Linux's /proc")
def test_scratch_of_many_tiny_planes():
    code = """
def kib(name):
    return next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith(name))
cpool.set_num_threads(1)
for n_bytes, shape, window in ((1, (2, 2), (4, 1, 2)), (1, (1, 3), ((2, 3), 1, 1)), (4, (2, 2), ((3, 2), 1, 1))):
    x = np.ones((1_000_000, *shape), f"u{n_bytes}")
    cpool.max_pool2d(x[:1], *window)
    before = kib("VmRSS") - kib("RssFile")
    y = cpool.max_pool2d(x, *window)
    print(kib("VmHWM") - kib("RssFile") - before - y.nbytes // 1024)
    del x, y
"""
    result = run(code)
    # Later ones have what earlier ones freed.
    assert all(int(beyond) < 256 + 512 for beyond in result.stdout.split()), result.stdout
    assert len(result.stdout.split()) == 3
