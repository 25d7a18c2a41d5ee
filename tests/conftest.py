"""Fixtures that run a test once for each instruction set's table and thread count."""

import pytest
from tables import ISAS, THREADS, running

from cpool import _kernels


@pytest.fixture(autouse=True, scope="session")
def small_last_cache():
    """What is larger than 20 MiB comes from memory and goes there, as on most machines, whatever cache this one has."""
    _kernels.take_last_cache(0)


@pytest.fixture(params=ISAS)
def isa(request):
    with running(isa=request.param):
        yield request.param


@pytest.fixture(params=THREADS)
def threads(request):
    with running(threads=request.param):
        yield request.param
