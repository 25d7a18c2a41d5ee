"""Fixtures that run a test once for each instruction set's table and thread count."""

import pytest
from tables import ISAS, THREADS, running


@pytest.fixture(params=ISAS)
def isa(request):
    with running(isa=request.param):
        yield request.param


@pytest.fixture(params=THREADS)
def threads(request):
    with running(threads=request.param):
        yield request.param
