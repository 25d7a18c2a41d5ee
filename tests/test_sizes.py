"""Arrays large enough for the work to be split: over threads, into tiles of a row, into blocks of rows."""

from itertools import product

import numpy as np
import pytest
import reference
from arrays import laid_out
from tables import TABLES, assert_same, function, layer_class, running

LARGE_POOLS = (
    {"kernel_size": 2},
    {"kernel_size": 3, "stride": 2, "padding": 1},
    {"kernel_size": 5, "stride": 1, "padding": 2},
)


@pytest.mark.parametrize("keywords", LARGE_POOLS, ids=str)
@pytest.mark.parametrize("dtype", ["u1", "f4"])
def test_sizes_that_are_split_over_threads(dtype, keywords):
    rng = np.random.default_rng(0)
    x = rng.integers(0, 9, (4, 64, 57, 61)).astype(dtype)
    y, indices, _ = reference.pool(x, reference.geometry(x.shape[2:], **keywords))
    dout = (rng.integers(0, 99, y.shape) / 7).astype(dtype)
    dx = reference.backward(dout, indices, x.shape, 2)
    layer = layer_class("max", 2)(**keywords)
    for layout in ("contiguous", "channels_last", "negative", "crop"):
        view = laid_out(x, layout, 2)
        bits = set()
        for table in TABLES:
            with running(*table):
                assert_same(layer(view), y, table)
                assert_same(layer.indices, indices, table)
                assert_same(function("pool_backward", "max", 2)(dout, indices, x.shape), dx, table)
                got = layer.backward(dout)
                np.testing.assert_allclose(got, dx, rtol=1e-5, atol=1e-5, err_msg=str(table))
                bits.add(got.tobytes())
        assert len(bits) == 1, "the gradient's bits depend on the table or the threads"


@pytest.mark.parametrize(
    ("lengths", "keywords"),
    [
        ((40000,), {"kernel_size": 3, "stride": 2, "padding": 1}),
        ((40000,), {"kernel_size": 2, "stride": 3}),
        ((40000,), {"kernel_size": 3, "stride": 1, "padding": 1}),
        ((40000,), {"kernel_size": 5, "stride": 5, "dilation": 4000, "padding": [(9, 0)]}),
        ((20000,), {"kernel_size": 300, "stride": 7, "padding": 100}),
        ((19, 3000), {"kernel_size": 13, "stride": 6, "padding": 6}),
        ((40, 700), {"kernel_size": (31, 9), "stride": (4, 2), "dilation": (1, 5), "padding": (9, 3)}),
        ((9, 10, 300), {"kernel_size": (7, 8, 3), "stride": (1, 2, 2), "padding": 1}),
    ],
    ids=str,
)
def test_sizes_that_are_split_into_tiles(lengths, keywords):
    """Rows and windows too large to be worked on at once."""
    rng = np.random.default_rng(0)
    rank = len(lengths)
    x = rng.integers(0, 99, (2, *lengths)).astype(np.float64)
    y, indices, record = reference.pool(x, reference.geometry(lengths, **keywords))
    dout = rng.integers(0, 99, y.shape).astype(np.float64)
    dx = reference.backward(dout, indices, x.shape, rank)
    layer = layer_class("max", rank)(**keywords)
    views = (x, laid_out(x, "channels_last", rank), laid_out(x, "odd", rank))
    for table, view in product(TABLES, views):
        with running(*table):
            assert_same(layer(view), y, table)
            assert_same(layer._last[0], record, table)
            assert_same(layer.indices, indices, table)
            assert_same(layer.backward(dout), dx, table)
            assert_same(function("pool", "max", rank)(view, **keywords), y, table)
