"""Geometry arguments that are wrong, huge or odd: each works as defined or raises the named error."""

import math

import numpy as np
import pytest

import cpool

RANKS = (1, 2, 3)
OPS = ("max", "min")
KINDS = ("function", "layer")
ARGUMENTS = ("kernel_size", "stride", "padding", "dilation")
NAN = math.nan
INT64_MAX = 2**63 - 1

NOT_INTEGERS = [1.5, 2.0, NAN, True, np.True_, np.float64(2), np.array(2.0), b"2", 2j, object, {}, {2: 2}]
OUT_OF_RANGE = [-1, -(2**63), -(2**70), 2**63, 2**70]
LARGE = [2**31 - 1, 2**31, 2**32 + 1, 2**62, INT64_MAX]


def example(rank):
    """Every element differs from all others, and the largest and the smallest are in no corner."""
    shape = (2, 3, *(5, 6, 7)[:rank])
    return np.random.default_rng(rank).permutation(math.prod(shape)).reshape(shape).astype(np.float32)


def pool(kind, op, rank, x, *, kernel_size=2, **arguments):
    if kind == "function":
        return getattr(cpool, f"{op}_pool{rank}d")(x, kernel_size, **arguments)
    return getattr(cpool, f"{op.capitalize()}Pool{rank}d")(kernel_size, **arguments).forward(x)


def first_window(x, op, rank, kernel=2):
    """The pool of the window at the origin, with a length of 1 in each pooled axis."""
    corner = x[(..., *[slice(kernel)] * rank)]
    return getattr(corner, op)(axis=tuple(range(-rank, 0)), keepdims=True)


@pytest.fixture(
    params=[(kind, op, rank) for kind in KINDS for op in OPS for rank in RANKS], ids=lambda p: f"{p[1]}{p[2]}d-{p[0]}"
)
def case(request):
    return request.param


def assert_refused(error, name, value, case, arguments):
    """`arguments` raise exactly `error`, and the message has the argument's name and the value."""
    x = example(case[2])
    x_before = x.copy()
    with pytest.raises(error) as caught:
        pool(*case, x, **arguments)
    message = str(caught.value)
    assert type(caught.value) is error
    assert name in message
    assert (value if isinstance(value, str) else repr(value)) in message or str(value) in message, message
    np.testing.assert_array_equal(x, x_before)


def one_and_each_axis(value, rank, other):
    """The value alone, and in each axis with `other` in the remaining ones."""
    return [value, *[tuple(value if i == axis else other for i in range(rank)) for axis in range(rank)]]


@pytest.mark.parametrize("name", ARGUMENTS)
def test_not_an_integer_is_a_type_error(case, name):
    for value in NOT_INTEGERS:
        assert_refused(TypeError, name, value, case, {name: value})
        if not isinstance(value, (dict, bytes)):
            for argument in one_and_each_axis(value, case[2], 1)[1:]:
                assert_refused(TypeError, name, value, case, {name: argument})


@pytest.mark.parametrize("name", ARGUMENTS)
def test_out_of_range_is_a_value_error(case, name):
    for value in [*OUT_OF_RANGE, *([] if name == "padding" else [0])]:
        for argument in one_and_each_axis(value, case[2], 1):
            assert_refused(ValueError, name, value, case, {name: argument})


@pytest.mark.parametrize("name", ARGUMENTS)
def test_wrong_number_of_entries_is_a_value_error(case, name):
    rank = case[2]
    for count in {0, 1, 2, 3, 4, 10} - {rank}:
        value = (1,) * count
        assert_refused(ValueError, name, value, case, {name: value})
        assert_refused(ValueError, name, list(value), case, {name: list(value)})


def test_text(case):
    for name in ("kernel_size", "stride", "dilation"):
        assert_refused(TypeError, name, "2", case, {name: "2"})
        assert_refused(TypeError, name, "same", case, {name: "same"})
    for value in ("2", "", "SAME", "full", "same "):
        assert_refused(ValueError, "padding", value, case, {"padding": value})


def test_none(case):
    for name in ("kernel_size", "padding", "dilation"):
        assert_refused(TypeError, name, None, case, {name: None})
        assert_refused(TypeError, name, None, case, {name: (None,) * case[2]})
    assert_refused(TypeError, "stride", None, case, {"stride": (None,) * case[2]})
    x = example(case[2])
    np.testing.assert_array_equal(pool(*case, x, stride=None), pool(*case, x, stride=2))


def test_padding_pairs(case):
    rank = case[2]
    for pair in ((), (1,), (1, 1, 1)):
        assert_refused(ValueError, "padding", pair, case, {"padding": (pair,) * rank})
    for side in (-1, 2**63, 2**70):
        assert_refused(ValueError, "padding", side, case, {"padding": ((0, side),) * rank})
    for side in (1.5, True, None, "1", (1, 1)):
        assert_refused(TypeError, "padding", side, case, {"padding": ((side, 0),) * rank})
    x = example(rank)
    margins = [(0, 0)] * 2 + [(1, 0)] * rank
    fill = -np.inf if case[1] == "max" else np.inf
    padded = pool(*case, np.pad(x, margins, constant_values=fill), stride=1)
    np.testing.assert_array_equal(pool(*case, x, stride=1, padding=((1, 0),) * rank), padded)


@pytest.mark.parametrize("large", LARGE)
def test_large_kernel_or_dilation_needs_that_many_cells(case, large):
    assert_refused(ValueError, "kernel_size", large, case, {"kernel_size": large})
    assert_refused(ValueError, "dilation", large, case, {"dilation": large})
    x = example(case[2])
    np.testing.assert_array_equal(pool(*case, x, kernel_size=1, dilation=large), x)


@pytest.mark.parametrize("large", LARGE)
def test_large_stride_gives_one_output(case, large):
    x = example(case[2])
    expected = first_window(x, case[1], case[2])
    np.testing.assert_array_equal(pool(*case, x, stride=large), expected)
    np.testing.assert_array_equal(pool(*case, x, stride=large, padding="valid"), expected)
    np.testing.assert_array_equal(pool(*case, x, stride=large, ceil_mode=True), expected)
    np.testing.assert_array_equal(pool(*case, x, stride=large, padding="same"), expected)


@pytest.mark.parametrize("large", LARGE)
def test_large_padding_leaves_windows_without_an_element(case, large):
    assert_refused(ValueError, "padding", large, case, {"padding": large})
    assert_refused(ValueError, "padding", large, case, {"padding": large, "stride": 2**62})
    for pair in ((large, 0), (0, large)):
        assert_refused(ValueError, "padding", large, case, {"padding": (pair,) * case[2]})


@pytest.mark.parametrize("gap", [2**31 - 1, 2**31, 2**32 + 1, 2**62 - 10])
def test_window_that_reaches_over_the_padding(case, gap):
    """Two taps `gap` cells apart, the first of them always in the padding: each window sees one element."""
    x = example(case[2])
    rank = case[2]
    np.testing.assert_array_equal(pool(*case, x, stride=1, dilation=gap, padding=((gap, 0),) * rank), x)
    np.testing.assert_array_equal(pool(*case, x, stride=1, dilation=gap, padding=((0, gap),) * rank), x)


@pytest.mark.parametrize("side", [2**20 - 1, 2**62])
def test_whole_array_inside_a_huge_window(case, side):
    """Windows that are nearly all padding. The winner's place in its window needs more than 32 bits."""
    kind, op, rank = case
    if side**rank > INT64_MAX:
        assert_refused(ValueError, "kernel_size", side, case, {"kernel_size": side, "padding": "same"})
        return
    x = example(rank)
    axes = tuple(range(-rank, 0))
    expected = getattr(x, op)(axis=axes, keepdims=True)
    before = side // 2
    padding = tuple((before, side - before - length) for length in x.shape[2:])
    np.testing.assert_array_equal(pool(*case, x, kernel_size=side, padding=padding), expected)
    same = pool(*case, x, kernel_size=side, stride=1, padding="same")
    np.testing.assert_array_equal(same, np.broadcast_to(expected, x.shape))
    if kind == "layer":
        layer = getattr(cpool, f"{op.capitalize()}Pool{rank}d")(side, padding=padding)
        np.testing.assert_array_equal(layer.forward(x), expected)
        winners = getattr(x.reshape(6, -1), f"arg{op}")(axis=1)
        np.testing.assert_array_equal(layer.indices.ravel(), winners)
        dx = layer.backward(np.ones_like(expected)).reshape(6, -1)
        np.testing.assert_array_equal(np.argwhere(dx == 1)[:, 1], winners)
        assert dx.sum() == 6


def test_integers_of_any_kind_work(case):
    rank = case[2]
    x = example(rank)

    class Two:
        def __index__(self):
            return 2

    expected = pool(*case, x, kernel_size=2, stride=2)
    for two in (
        np.int8(2),
        np.uint64(2),
        np.array(2),
        Two(),
        [2] * rank,
        np.full(rank, 2),
        range(2, 2 + 1) if rank == 1 else 2,
    ):
        np.testing.assert_array_equal(pool(*case, x, kernel_size=two, stride=two), expected)


@pytest.mark.parametrize("name", ["pool_h", "pool_w", "stride", "pad"])
def test_textbook_layer(name):
    x = example(2)
    for value in (*OUT_OF_RANGE, 0, 1.5, NAN, True, "2", None):
        if name == "pad" and value == 0:
            continue
        with pytest.raises(ValueError if type(value) is int else TypeError, match=name):
            cpool.Pooling(**{"pool_h": 2, "pool_w": 2, name: value}).forward(x)


@pytest.mark.parametrize("rank", RANKS)
def test_unpool(rank):
    x = example(rank)
    y, indices = getattr(cpool, f"max_pool{rank}d")(x, 2, return_indices=True)
    unpool = getattr(cpool, f"max_unpool{rank}d")
    for name in ("kernel_size", "stride", "padding"):
        for value in [*OUT_OF_RANGE, 1.5, NAN, True, "2", ()]:
            error = ValueError if type(value) is int or value == () else TypeError
            if (name, value) == ("padding", "2"):
                error = ValueError
            with pytest.raises(error, match=name):
                unpool(y, indices, **{"kernel_size": 2, name: value})
    for value in (2**62, INT64_MAX):
        with pytest.raises((ValueError, MemoryError)):
            unpool(y, indices, value)
        with pytest.raises((ValueError, MemoryError)):
            unpool(y, indices, 2, value)
