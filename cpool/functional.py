"""Stateless pooling functions. Names, argument order and defaults follow torch.nn.functional, arrays follow NumPy."""

from __future__ import annotations

from typing import Any, Literal, Protocol, overload

from cpool import _pool
from cpool._arrays import MAX, MIN, Array, as_array
from cpool._geometry import integers
from cpool._kernels import operation_of


def _scattered(rank: int, dout: Any, indices: Any, input_shape: Any, out: Array | None) -> Array:
    if not hasattr(input_shape, "__iter__") or isinstance(input_shape, str):
        raise TypeError(f"input_shape must be a sequence of integers, got {input_shape!r}")
    shape = tuple(input_shape)
    shape = integers("input_shape", shape, len(shape), 0)
    return _pool.scatter(True, rank, "dout", dout, indices, "input_shape", shape, out)


def _unpooled(rank: int, y: Any, indices: Any, kernel_size: Any, stride: Any, padding: Any, output_size: Any) -> Array:
    y, _ = as_array("y", y, rank)
    shape = _pool.unpooled_shape(rank, y.shape, kernel_size, stride, padding, output_size)
    return _pool.scatter(False, rank, "y", y, indices, "output_size", shape, None)


class PoolFunction(Protocol):
    """The type of max_pool1d to min_pool3d."""

    @overload
    def __call__(
        self,
        x: Any,
        kernel_size: Any,
        stride: Any = None,
        padding: Any = 0,
        dilation: Any = 1,
        ceil_mode: bool = False,
        return_indices: Literal[False] = False,
        *,
        out: Array | None = None,
    ) -> Array: ...
    @overload
    def __call__(
        self,
        x: Any,
        kernel_size: Any,
        stride: Any = None,
        padding: Any = 0,
        dilation: Any = 1,
        ceil_mode: bool = False,
        *,
        return_indices: Literal[True],
        out: Array | None = None,
    ) -> tuple[Array, Array]: ...


_DOCUMENTATION = """{Op} pooling over the last {axes}.

    Each index is what np.arg{op} gives over the elements of its window in row-major order, each output the element
    there: the first of equal values wins, a NaN wins over everything, padding never wins.

    x: array of shape (..., {lengths}), any strides; bool, int8 to int64, uint8 to uint64, float32 or float64.
    kernel_size, stride (None: kernel_size), dilation: in cells; one integer, or one an axis; at least 1.
    padding: cells without elements around x: an integer, one an axis, one (before, after) pair an axis, or "valid",
        "same" (= "same_upper", the odd cell at the end), "same_lower". Each window must see at least one element.
    ceil_mode: round the output lengths up, by PyTorch's and ONNX's rule.
    return_indices: return (y, indices); indices are int64, flat over the pooled axes of one plane.
    out: array of y's shape and dtype to write y to, of any strides; an overlap with x does no harm.

    Returns y of shape (..., {outputs}), x's dtype and layout (channels last stays so).
    Raises TypeError for dtypes and for arguments that are not integers, ValueError for geometries that do not fit.
    Sources of the definition: PyTorch's max_pool{rank}d and ONNX's MaxPool for the geometry, NumPy for the winner.

    >>> import numpy as np, cpool
    >>> cpool.{op}_pool{rank}d({x}, 2, return_indices=True)
    {result}
    """

_AXES = {1: ("axis", "L"), 2: ("two axes", "H, W"), 3: ("three axes", "D, H, W")}
_EXAMPLES = {
    1: ("[1, 5, 2, 4]", "(array([5, 4]), array([1, 3]))", "(array([1, 2]), array([0, 2]))"),
    2: ("[[1, 2, 3, 0], [0, 1, 2, 4]]", "(array([[2, 4]]), array([[1, 7]]))", "(array([[0, 0]]), array([[4, 3]]))"),
    3: ("[[[0, 1], [2, 3]], [[4, 5], [6, 7]]]", "(array([[[7]]]), array([[[7]]]))", "(array([[[0]]]), array([[[0]]]))"),
}


def _pool_function(op: int, rank: int) -> PoolFunction:
    def pool(
        x: Any,
        kernel_size: Any,
        stride: Any = None,
        padding: Any = 0,
        dilation: Any = 1,
        ceil_mode: bool = False,
        return_indices: bool = False,
        *,
        out: Array | None = None,
    ) -> Any:
        operation = operation_of(op, rank, kernel_size, stride, padding, dilation, ceil_mode)
        again = operation.forward(x, return_indices, out)
        y, (record, plan) = again or _pool.forward(operation, x, return_indices, out)
        return y if record is None else (y, plan.decode(record))

    name = "max" if op == MAX else "min"
    axes, lengths = _AXES[rank]
    pool.__name__ = pool.__qualname__ = f"{name}_pool{rank}d"
    pool.__doc__ = _DOCUMENTATION.format(
        Op=name.title(),
        op=name,
        rank=rank,
        axes=axes,
        lengths=lengths,
        outputs=", ".join(f"out_{length}" for length in lengths.split(", ")),
        x=_EXAMPLES[rank][0],
        result=_EXAMPLES[rank][1 + op],
    )
    return pool


max_pool1d, max_pool2d, max_pool3d = (_pool_function(MAX, rank) for rank in (1, 2, 3))
min_pool1d, min_pool2d, min_pool3d = (_pool_function(MIN, rank) for rank in (1, 2, 3))


def max_pool1d_backward(dout: Any, indices: Any, input_shape: Any, *, out: Array | None = None) -> Array:
    """The gradient of max_pool1d's x; arguments, results and errors as max_pool2d_backward.

    >>> import numpy as np, cpool
    >>> cpool.max_pool1d_backward(np.array([10, 20]), np.array([1, 3]), (4,))
    array([ 0, 10,  0, 20])
    """
    return _scattered(1, dout, indices, input_shape, out)


def max_pool2d_backward(dout: Any, indices: Any, input_shape: Any, *, out: Array | None = None) -> Array:
    """The gradient of max_pool2d's x (and min_pool2d's): dout added at the recorded indices.

    dout: array of shape (..., out_H, out_W). indices: integers of the same shape, flat over the (H, W) of one plane.
    input_shape: (..., H, W), the shape of x. out: as in max_pool2d.

    Returns dx of shape input_shape with dout's dtype; terms of one cell are added in row-major order of the outputs.
    Raises IndexError, naming plane, position and value, for an index outside its plane; TypeError for dtypes;
    ValueError for shapes that disagree. Source of the definition: the gradient of a maximum is 1 at its argmax.

    >>> import numpy as np, cpool
    >>> cpool.max_pool2d_backward(np.array([[10, 20]]), np.array([[1, 7]]), (2, 4))
    array([[ 0, 10,  0,  0],
           [ 0,  0,  0, 20]])
    """
    return _scattered(2, dout, indices, input_shape, out)


def max_pool3d_backward(dout: Any, indices: Any, input_shape: Any, *, out: Array | None = None) -> Array:
    """The gradient of max_pool3d's x; arguments, results and errors as max_pool2d_backward.

    >>> import numpy as np, cpool
    >>> cpool.max_pool3d_backward(np.array([[[5]]]), np.array([[[7]]]), (2, 2, 2))
    array([[[0, 0],
            [0, 0]],
    <BLANKLINE>
           [[0, 0],
            [0, 5]]])
    """
    return _scattered(3, dout, indices, input_shape, out)


def max_unpool1d(
    y: Any, indices: Any, kernel_size: Any, stride: Any = None, padding: Any = 0, output_size: Any = None
) -> Array:
    """The planes that max_pool1d took y from; arguments, results and errors as max_unpool2d.

    >>> import numpy as np, cpool
    >>> cpool.max_unpool1d(np.array([5, 4]), np.array([1, 3]), 2)
    array([0, 5, 0, 4])
    """
    return _unpooled(1, y, indices, kernel_size, stride, padding, output_size)


def max_unpool2d(
    y: Any, indices: Any, kernel_size: Any, stride: Any = None, padding: Any = 0, output_size: Any = None
) -> Array:
    """The planes that max_pool2d took y from, as far as y tells: y at the indices, zero elsewhere.

    y: array of shape (..., out_H, out_W). indices: integers of the same shape, flat over the (H, W) of one plane; of
    equal ones the last in row-major order wins. kernel_size, stride, padding: those of the pooling.
    output_size: the sizes (H, W), or the full shape; None: the smallest that pools to y's shape.

    Returns an array of shape (..., H, W), y's dtype. Errors as max_pool2d_backward.
    Source of the definition: torch.nn.functional.max_unpool2d.

    >>> import numpy as np, cpool
    >>> cpool.max_unpool2d(np.array([[2, 4]]), np.array([[1, 7]]), 2)
    array([[0, 2, 0, 0],
           [0, 0, 0, 4]])
    """
    return _unpooled(2, y, indices, kernel_size, stride, padding, output_size)


def max_unpool3d(
    y: Any, indices: Any, kernel_size: Any, stride: Any = None, padding: Any = 0, output_size: Any = None
) -> Array:
    """The planes that max_pool3d took y from; arguments, results and errors as max_unpool2d.

    >>> import numpy as np, cpool
    >>> cpool.max_unpool3d(np.array([[[7]]]), np.array([[[7]]]), 2)
    array([[[0, 0],
            [0, 0]],
    <BLANKLINE>
           [[0, 0],
            [0, 7]]])
    """
    return _unpooled(3, y, indices, kernel_size, stride, padding, output_size)
