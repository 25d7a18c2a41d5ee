"""`out=`: what does not fit is refused untouched, any strides are written, an overlap with an input changes nothing."""

import numpy as np
import pytest
from calls import RANKS, SENTINEL, backward, example, functions, recorded

import cpool


@pytest.mark.parametrize("rank", RANKS)
def test_out_that_does_not_fit(rank):
    x, y, indices = recorded(rank)
    read_only = np.full(y.shape, SENTINEL, y.dtype)
    read_only.flags.writeable = False
    wrong_outs = [
        (ValueError, np.full((*y.shape, 1), SENTINEL, y.dtype)),
        (ValueError, np.full((*y.shape[:-1], y.shape[-1] + 1), SENTINEL, y.dtype)),
        (ValueError, np.full(y.shape[1:], SENTINEL, y.dtype)),
        (ValueError, np.full(y.size, SENTINEL, y.dtype)),
        (ValueError, read_only),
        (TypeError, np.full(y.shape, SENTINEL, np.float32)),
        (TypeError, np.full(y.shape, SENTINEL, np.int64)),
        (TypeError, y.tolist()),
        (TypeError, "out"),
        (TypeError, (y,)),
        (TypeError, memoryview(y.copy())),
    ]
    for error, out in wrong_outs:
        for function in functions(rank).values():
            with pytest.raises(error, match="out"):
                function(x, out=out)
        assert not isinstance(out, np.ndarray) or (out == SENTINEL).all()
    layer = getattr(cpool, f"MaxPool{rank}d")(2)
    layer.forward(x)
    for error, out in ((ValueError, y.copy()), (TypeError, x.astype(np.float32)), (TypeError, x.tolist())):
        with pytest.raises(error, match="out"):
            layer.backward(y, out=out)
        with pytest.raises(error, match="out"):
            backward(rank)(y, indices, x.shape, out=out)


@pytest.mark.parametrize("rank", RANKS)
@pytest.mark.parametrize("dtype", ["?", "u1", "i2", "f4", "f8"])
def test_out_of_any_strides(rank, dtype):
    x = example(rank, dtype)
    layer = getattr(cpool, f"MaxPool{rank}d")(2)
    y = layer(x)
    dx = layer.backward(y)
    calls = [(function, function(x)) for function in functions(rank).values()]
    calls.append((lambda _, out: layer.backward(y, out=out), dx))
    calls.append((lambda _, out: backward(rank)(y, layer.indices, x.shape, out=out), dx))
    for function, expected in calls:
        for out, margin in odd_outs(expected):
            assert function(x, out=out) is out
            np.testing.assert_array_equal(out, expected)
            assert (margin() == np.array(SENTINEL).astype(dtype)).all()


def odd_outs(expected):
    """Arrays of this shape and dtype with odd strides, each with a call that gives the cells around it."""
    for step in (-3, -1, 1, 2):
        for order in "CF":
            room = np.full([length * abs(step) + 2 for length in expected.shape], SENTINEL, order=order)
            room = room.astype(expected.dtype)
            window = tuple(
                slice(1, 1 + length * step, step) if step > 0 else slice(length * -step, 0, step)
                for length in expected.shape
            )
            around = np.ones(room.shape, bool)
            around[window] = False
            yield room[window], lambda room=room, around=around: room[around]
    shifted = np.full(expected.nbytes + 3, SENTINEL, np.uint8)
    yield (
        shifted[1 : 1 + expected.nbytes].view(expected.dtype).reshape(expected.shape),
        lambda: np.array([], expected.dtype),
    )


@pytest.mark.parametrize("rank", RANKS)
def test_out_over_an_input(rank):
    """As if it did not overlap: out over x, over dout, over indices; ahead, behind, and backwards."""
    shape = (4, 6, 8)[:rank]
    n, small = int(np.prod(shape)), tuple(length // 2 for length in shape)
    m = int(np.prod(small))
    for start in (0, 1, m, n - m, n // 2):
        for step in (1, -1):
            buffer = np.random.default_rng(start).permutation(n + m).astype(np.int64)
            x = buffer[:n].reshape(shape)
            out = buffer[start : start + m][::step].reshape(small)
            expected = functions(rank)["max"](x.copy())
            layer = getattr(cpool, f"MaxPool{rank}d")(2)
            winners = getattr(cpool, f"max_pool{rank}d")(x.copy(), 2, return_indices=True)[1]
            layer.forward(x, out=out)
            np.testing.assert_array_equal(out, expected)
            np.testing.assert_array_equal(layer.indices, winners)

            buffer = np.arange(n + m)
            dout = buffer[start : start + m][::step].reshape(small)
            expected = backward(rank)(dout.copy(), winners, shape)
            layer.backward(dout, out=buffer[:n].reshape(shape))
            np.testing.assert_array_equal(buffer[:n].reshape(shape), expected)

            buffer[start : start + m] = winners.ravel()[::step]
            indices = buffer[start : start + m][::step].reshape(small)
            dout = np.arange(m).reshape(small)
            expected = backward(rank)(dout, winners, shape)
            backward(rank)(dout, indices, shape, out=buffer[:n].reshape(shape))
            np.testing.assert_array_equal(buffer[:n].reshape(shape), expected)
