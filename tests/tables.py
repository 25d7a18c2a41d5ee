"""Running a case on every table and thread count, and comparing arrays by their bytes."""

from contextlib import contextmanager
from itertools import product
from pathlib import Path

import numpy as np

import cpool
from cpool import _kernels

ISAS = _kernels.usable_isas()
THREADS = (1, 2, 5)
TABLES = tuple(product(ISAS, THREADS))


@contextmanager
def running(isa=None, threads=None):
    """Inside the block, that instruction set's table and that thread count (None: as they are)."""
    isa_before, threads_before = cpool.isa(), cpool.get_num_threads()
    try:
        if isa is not None:
            _kernels.select_isa(isa)
        if threads is not None:
            cpool.set_num_threads(threads)
        yield
    finally:
        _kernels.select_isa(isa_before)
        cpool.set_num_threads(threads_before)


def assert_same(got, expected, case=""):
    """Same shape, type and bits; only the byte order may differ."""
    native = got.dtype.newbyteorder("=")
    assert got.shape == expected.shape, f"{case}: shape {got.shape}, expected {expected.shape}"
    assert native == expected.dtype, f"{case}: dtype {got.dtype}, expected {expected.dtype}"
    if got.astype(native).tobytes() != expected.tobytes():
        np.testing.assert_array_equal(got, expected, err_msg=str(case))
        raise AssertionError(f"{case}: equal values but different bits (signs of zero, or NaN):\n{got}\n{expected}")


def function(name, op, rank):
    """cpool's function of this name and rank: function("pool", "max", 2) is cpool.max_pool2d."""
    first, _, last = name.partition("_")
    return getattr(cpool, f"{op}_{first}{rank}d" + (f"_{last}" if last else ""))


def layer_class(op, rank):
    return getattr(cpool, f"{op.capitalize()}Pool{rank}d")


def on_amd():
    """Whether this is a processor of AMD's, as Linux tells it."""
    cpuinfo = Path("/proc/cpuinfo")
    return cpuinfo.exists() and "AuthenticAMD" in cpuinfo.read_text()
