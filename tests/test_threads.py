"""Threads of both kinds (the kernels' and Python's) and the settings that the environment gives."""

import math
import os
import subprocess
import sys
import threading

import numpy as np
import pytest

import cpool
from cpool import _kernels


@pytest.fixture(autouse=True)
def restore_threads():
    before = cpool.get_num_threads()
    yield
    cpool.set_num_threads(before)


def run(code, timeout=60, **environment):
    """Run Python code in a new process; a hang is a failure."""
    variables = {name: value for name, value in os.environ.items() if name not in ("CPOOL_ISA", "OMP_NUM_THREADS")}
    return subprocess.run(
        [sys.executable, "-c", code],
        env=variables | environment,
        cwd=os.path.dirname(__file__),  # not the clone's root, whose cpool/ may not be compiled
        capture_output=True,
        text=True,
        timeout=timeout,
    )


def output(code, **environment):
    result = run(code, **environment)
    assert result.returncode == 0, result.stderr
    return result.stdout.strip()


# Big enough to be split over threads; both passes, and a plane-parallel and a row-parallel shape.
WORK = """
import numpy as np
import cpool

def work(shape=(16, 64, 56, 56)):
    x = np.random.default_rng(0).standard_normal(shape, dtype=np.float32)
    layer = cpool.MaxPool2d(3, 2, 1)
    y = layer.forward(x)
    return [y, layer.indices, layer.backward(y), cpool.max_pool2d_backward(y, layer.indices, x.shape)]

def same(a, b):
    return all(np.array_equal(p, q) for p, q in zip(a, b))
"""


def test_threads_take_part():
    """Also where the system lets them run late: sooner or later one of them does an item, and nothing waits for it."""
    code = (
        WORK
        + """
from cpool import _kernels
cpool.set_num_threads(1)
expected = work()
print(_kernels.team_threads(), _kernels.items_of_members())
cpool.set_num_threads(3)
while _kernels.items_of_members() == 0:
    assert same(work(), expected)
print(_kernels.team_threads())
cpool.set_num_threads(2)
assert same(work(), expected)
print(_kernels.team_threads())
"""
    )
    assert output(code).split() == ["1", "0", "3", "3"]


def test_few_outputs_of_large_windows_are_shared_out():
    code = """
import numpy as np
import cpool
from cpool import _kernels
cpool.set_num_threads(2)
y = cpool.MaxPool2d(300, 1).forward(np.zeros((1, 1, 340, 340), np.float32))
assert _kernels.last_ways()[0] == "forward by pixels of x"
print(y.size, _kernels.team_threads())
"""
    assert output(code) == "1681 2"


def test_eight_python_threads_with_a_layer_each():
    inputs = [np.random.default_rng(seed).standard_normal((4, 8, 40 + seed, 40)) for seed in range(8)]

    def passes(x, repeats):
        layer = cpool.MaxPool2d(3, 2, 1)
        results = []
        for _ in range(repeats):
            y = layer.forward(x)
            results.append((y, layer.indices, layer.backward(y)))
        return results

    cpool.set_num_threads(1)
    expected = [passes(x, 1)[0] for x in inputs]
    for n in (1, 2, 5):
        cpool.set_num_threads(n)
        found = [None] * 8

        def target(i, found=found):
            found[i] = passes(inputs[i], 20)

        threads = [threading.Thread(target=target, args=(i,)) for i in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        for i in range(8):
            for result in found[i]:
                for array, array_expected in zip(result, expected[i], strict=True):
                    np.testing.assert_array_equal(array, array_expected)


@pytest.mark.parametrize("layout", ["NCHW", "NHWC", "crop", "one plane"])
@pytest.mark.parametrize("dtype", ["f4", "f8", "i2"])
def test_same_bits_for_any_number_of_threads(layout, dtype):
    shape = (1, 1, 2000, 1500) if layout == "one plane" else (8, 32, 90, 90)
    x = (np.random.default_rng(0).standard_normal(shape) * 100).astype(dtype)
    if layout == "NHWC":
        x = x.transpose(0, 2, 3, 1).copy().transpose(0, 3, 1, 2)
    elif layout == "crop":
        x = x[:, :, 3:-4, 5:-6]

    def passes():
        for layer in (cpool.MaxPool2d(2), cpool.MaxPool2d(3, 2, 1), cpool.MinPool2d(5, 1, 2)):
            y = layer.forward(x)
            dout = (np.random.default_rng(1).standard_normal(y.shape) * 100).astype(dtype)
            yield from (y, layer.indices, layer.backward(dout))
            yield cpool.max_pool2d_backward(dout, layer.indices, x.shape)

    cpool.set_num_threads(1)
    expected = [array.tobytes() for array in passes()]
    for n in (2, 5):
        cpool.set_num_threads(n)
        for array, bits in zip(passes(), expected, strict=True):
            assert array.tobytes() == bits


def test_set_num_threads():
    for n in (1, 2, 3, np.int64(2)):
        cpool.set_num_threads(n)
        assert cpool.get_num_threads() == n
    before = cpool.get_num_threads()
    for value in (0, -1, -(2**31), 2**63, 2**70):
        with pytest.raises(ValueError, match=str(value)):
            cpool.set_num_threads(value)
    for value in (1.5, 2.0, math.nan, True, "2", None, (), (2,)):
        with pytest.raises(TypeError):
            cpool.set_num_threads(value)
    assert cpool.get_num_threads() == before


@pytest.mark.parametrize("n", [1000, 2**20, 2**31 - 1, 2**31, 2**32 + 1, 2**62])
def test_more_threads_than_any_system_has(n):
    """Refused, or capped; never an abort of the process."""
    code = (
        WORK
        + f"""
expected = work()
try:
    cpool.set_num_threads({n})
except ValueError as error:
    print("{n}" in str(error))
else:
    print(same(work(), expected) and cpool.get_num_threads() >= 1)
"""
    )
    assert output(code) == "True"


def test_environment_sets_the_number_of_threads():
    for n in (1, 3):
        found = output("import cpool; print(cpool.get_num_threads())", OMP_NUM_THREADS=str(n))
        assert int(found) == n
    # Many small planes: as many pieces of work as these threads could ask for.
    many = WORK + "print(same(work((100_000, 2, 6, 6)), work((100_000, 2, 6, 6))))"
    assert output(many, OMP_NUM_THREADS="100000") == "True"


def test_environment_forces_an_instruction_set():
    code = "import cpool; from cpool import _kernels; print(cpool.isa(), *_kernels.usable_isas())"
    default, *usable = output(code).split()
    assert default == usable[0]
    assert "scalar" in usable
    assert set(usable) <= set(_kernels.built_isas())
    for name in usable:
        assert output(code, CPOOL_ISA=name).split() == [name, *usable]
    for name in ["avx1024", "AVX2 ", "sse2,avx2", *(set(_kernels.built_isas()) - set(usable))]:
        result = run("import cpool", CPOOL_ISA=name)
        assert result.returncode != 0
        message = result.stderr.strip().splitlines()[-1]
        assert message.startswith("ImportError")
        assert name.strip() in message
        assert all(other in message for other in usable)
