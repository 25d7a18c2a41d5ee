"""fork after the kernels have used threads: the child works, on threads of its own."""

import os
import subprocess
import sys

import pytest

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")


# Big enough to be split over threads; both passes, and a plane-parallel and a row-parallel shape.
WORK = """
import os, sys, threading
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


def output(code):
    """What Python code prints in a new process, after WORK; a hang is a failure."""
    result = subprocess.run(
        [sys.executable, "-c", WORK + code],
        cwd=os.path.dirname(__file__),  # not the clone's root, whose cpool/ may not be compiled
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert result.returncode == 0, result.stderr
    return result.stdout.strip()


FORK = """
cpool.set_num_threads(4)
expected = work()
child = os.fork()
if child == 0:
    if {then_threads}:
        cpool.set_num_threads({then_threads})
    os._exit(0 if same(work(), expected) and same(work((1, 1, 1000, 1000)), work((1, 1, 1000, 1000))) else 3)
status = os.waitpid(child, 0)[1]
if os.waitstatus_to_exitcode(status) != 0:
    sys.exit(f"the child ended with status {{status}}")
if not same(work(), expected):
    sys.exit("the parent's results changed")
"""


@pytest.mark.parametrize("then_threads", [0, 1, 4])
def test_fork_after_threads(then_threads):
    output(FORK.format(then_threads=then_threads))


def test_child_of_a_fork_has_threads_of_its_own():
    code = """
from cpool import _kernels
cpool.set_num_threads(4)
work()
child = os.fork()
if child == 0:
    before = _kernels.team_threads()
    work()
    os._exit(10 * before + _kernels.team_threads())
print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), _kernels.team_threads())
"""
    assert output(code) == "14 4"


def test_fork_in_a_thread_and_fork_of_a_fork():
    code = """
cpool.set_num_threads(3)
expected = work()

def fork(depth):
    child = os.fork()
    if child == 0:
        good = same(work(), expected)
        os._exit(0 if good and (depth == 0 or fork(depth - 1) == 0) else 3)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])

codes = []
threads = [threading.Thread(target=lambda: codes.append(fork(1))) for _ in range(3)]
for thread in threads:
    thread.start()
busy = work()
for thread in threads:
    thread.join()
print(codes, same(busy, expected))
"""
    assert output(code) == "[0, 0, 0] True"


def test_multiprocessing_by_fork_after_threads():
    code = """
import multiprocessing

def total(_):
    return [float(array.sum(dtype=np.float64)) for array in work()]

cpool.set_num_threads(4)
expected = total(0)
with multiprocessing.get_context("fork").Pool(3) as pool:
    print(all(sums == expected for sums in pool.map(total, range(6))))
"""
    assert output(code) == "True"
