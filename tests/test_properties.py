"""Poolings of one to three axes over every dtype and layout: the reference's bits on every table and thread count."""

import numpy as np
import pytest
import reference
from arrays import CHANNEL_LAYOUTS, FLAVOURS, PRESERVING, WRITEABLE, extremes
from cases import layouts, pools
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tables import TABLES, assert_same, function, layer_class, running

SLOW = [HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large]
run = settings(max_examples=1000, deadline=None, suppress_health_check=SLOW)


@run
@given(pools(invalid=True))
def test_values_indices_and_record(case):
    pool, layer = function("pool", case.op, case.rank), layer_class(case.op, case.rank)(**case.keywords)
    if case.axes is None:
        for call in (lambda: pool(case.x, **case.keywords), lambda: layer(case.x)):
            with pytest.raises(ValueError, match=f"^{case.error}"):
                call()
        return
    before = case.x.tobytes()
    y, indices, record = reference.pool(case.x, case.axes, case.op)
    for table in TABLES:
        with running(*table):
            assert_same(pool(case.x, **case.keywords), y, table)
            got = pool(case.x, **case.keywords, return_indices=True)
            assert_same(got[0], y, table)
            assert_same(got[1], indices, table)
            assert_same(layer(case.x), y, table)
            assert_same(layer._last[0], record, table)
            assert_same(layer.indices, indices, table)
    assert case.x.tobytes() == before


@run
@given(pools(), st.data())
def test_gradients(case, data):
    """Integers in any order are exact; fractions are exact in the function's order and near in the layer's."""
    layer = layer_class(case.op, case.rank)(**case.keywords)
    y, indices, _ = reference.pool(case.x, case.axes, case.op)
    flavours = ("small", "ties") if y.dtype.kind == "f" else FLAVOURS  # sums of integers wrap
    whole = case.random(y.shape, data.draw(st.sampled_from(flavours)))
    fractions = (whole / 7).astype(whole.dtype)
    layout = data.draw(layouts(case.rank))
    indices_layout = data.draw(st.sampled_from(sorted(PRESERVING | CHANNEL_LAYOUTS)))
    whole, fractions = case.view(whole, layout), case.view(fractions, layout)
    expected = [reference.backward(np.array(dout), indices, case.x.shape, case.rank) for dout in (whole, fractions)]
    backward = function("pool_backward", "max", case.rank)
    bits = set()
    for table in TABLES:
        with running(*table):
            layer(case.x)
            assert_same(layer.backward(whole), expected[0], table)
            got = layer.backward(fractions)
            bits.add(got.tobytes())
            np.testing.assert_allclose(got, expected[1], rtol=1e-5, err_msg=str(table))
            for dout, dx in zip((whole, fractions), expected, strict=True):
                assert_same(backward(dout, case.view(indices, indices_layout), case.x.shape), dx, table)
    assert len(bits) == 1, "the gradient's bits depend on the table or the threads"


@run
@given(pools(), st.data())
def test_unpool(case, data):
    """Of duplicate indices the last wins, also where all windows of a plane name one cell."""
    lengths = case.x.shape[case.x.ndim - case.rank :]
    y, indices, _ = reference.pool(case.x, case.axes, case.op)
    indices = indices // data.draw(st.sampled_from((1, 1, 3, 100)))
    sizes = (lengths, case.x.shape, [length + 1 for length in lengths])
    size = data.draw(st.sampled_from(sizes))
    y, indices = case.view(y, data.draw(layouts(case.rank))), case.view(indices, data.draw(layouts(case.rank)))
    keywords = {name: case.keywords[name] for name in ("kernel_size", "stride")}
    expected = reference.unpool(np.array(y), np.array(indices), **keywords, output_size=size, rank=case.rank)
    for table in TABLES:
        with running(*table):
            got = function("unpool", "max", case.rank)(y, indices, **keywords, output_size=size)
            assert_same(got, expected, table)


@run
@given(pools(), st.data())
def test_out(case, data):
    """Results land in `out` of any layout, which is what is returned, and nowhere beside it."""
    layer = layer_class(case.op, case.rank)(**case.keywords)
    y, indices, _ = reference.pool(case.x, case.axes, case.op)
    dout = case.random(y.shape)
    dx = reference.backward(dout, indices, case.x.shape, case.rank)
    calls = (
        (y, lambda out: function("pool", case.op, case.rank)(case.x, **case.keywords, out=out)),
        (y, lambda out: function("pool", case.op, case.rank)(case.x, **case.keywords, return_indices=True, out=out)[0]),
        (y, lambda out: layer.forward(case.x, out=out)),
        (dx, lambda out: layer.backward(dout, out=out)),
        (dx, lambda out: function("pool_backward", "max", case.rank)(dout, indices, case.x.shape, out=out)),
    )
    name = data.draw(st.sampled_from([*sorted(WRITEABLE), *sorted(CHANNEL_LAYOUTS)]))
    for expected, call in calls:
        out = case.view(np.full(expected.shape, extremes(expected.dtype)[1], expected.dtype), name)
        frame = out
        while isinstance(frame.base, np.ndarray):
            frame = frame.base
        before = frame.copy()
        assert call(out) is out
        assert_same(out, expected, name)
        out[...] = extremes(expected.dtype)[1]
        assert frame.tobytes() == before.tobytes(), f"{name}: written beside out"


@pytest.mark.parametrize("shift", [-3, -1, 0, 1, 3])
@pytest.mark.parametrize("op", ["max", "min"])
def test_out_overlaps_the_input(isa, threads, op, shift):
    """As if it did not: the output lies on the input, or some cells before or after it."""
    rng = np.random.default_rng(shift + 3)
    shape = (3, 4, 9, 11)
    n = int(np.prod(shape))
    keywords = {"kernel_size": 3, "stride": 1, "padding": 1}
    axes = reference.geometry(shape[2:], **keywords)
    for rank, make in ((2, "pool"), (2, "layer")):
        memory = rng.integers(0, 50, n + 6).astype(np.float32)
        x, out = memory[3 : 3 + n].reshape(shape), memory[3 + shift : 3 + shift + n].reshape(shape)
        y, indices, _ = reference.pool(x, axes, op)
        if make == "pool":
            _, got = function("pool", op, rank)(x, **keywords, return_indices=True, out=out)
            assert_same(got, indices)
        else:
            layer = layer_class(op, rank)(**keywords)
            layer.forward(x, out=out)
            assert_same(layer.indices, indices)
        assert_same(out, y)
        dx = reference.backward(np.array(out), indices, shape, 2)
        gradient = memory[3 - shift : 3 - shift + n].reshape(shape)
        if make == "pool":
            function("pool_backward", "max", rank)(out, indices, shape, out=gradient)
        else:
            layer.backward(out, out=gradient)
        assert_same(gradient, dx)


@pytest.mark.parametrize("argument", ["dout", "indices"])
def test_gradient_out_is_an_argument(isa, argument):
    rng = np.random.default_rng(0)
    dout, indices = rng.integers(0, 50, (2, 3, 8, 9)), rng.integers(0, 72, (2, 3, 8, 9))
    expected = reference.backward(dout, indices, dout.shape, 2)
    out = {"dout": dout, "indices": indices}[argument]
    assert function("pool_backward", "max", 2)(dout, indices, dout.shape, out=out) is out
    assert_same(out, expected)


@pytest.mark.parametrize("rank", [1, 2, 3])
def test_channels_last_comes_back_as_channels_last(rank):
    channels_last = np.zeros((2, *[6] * rank, 5), np.float32)
    x = np.moveaxis(channels_last, -1, 1)
    layer = layer_class("max", rank)(2)
    y, indices = function("pool", "max", rank)(x, 2, return_indices=True)
    for result in (y, indices, layer(x), layer.backward(y)):
        assert np.moveaxis(result, 1, -1).flags.c_contiguous
