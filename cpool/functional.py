"""Stateless pooling functions. Names, argument order and defaults follow torch.nn.functional, arrays follow NumPy."""

from __future__ import annotations

from typing import Any

from cpool import _pool
from cpool._arrays import MAX, MIN, Array, as_array, plan_for
from cpool._geometry import integers


def _pooled(
    op: int,
    rank: int,
    x: Any,
    kernel_size: Any,
    stride: Any,
    padding: Any,
    dilation: Any,
    ceil_mode: bool,
    return_indices: bool,
    out: Array | None,
) -> Array | tuple[Array, Array]:
    x, code = as_array("x", x, rank)
    plan = plan_for(x.shape[-rank:], kernel_size, stride, padding, dilation, ceil_mode)
    y, record, channels_last = _pool.forward(op, rank, x, code, plan, bool(return_indices), out)
    if record is None:
        return y
    return y, _pool.decode(record, plan, rank, channels_last)


def _scattered(rank: int, dout: Any, indices: Any, input_shape: Any, out: Array | None) -> Array:
    if not hasattr(input_shape, "__iter__") or isinstance(input_shape, str):
        raise TypeError(f"input_shape must be a sequence of integers, got {input_shape!r}")
    shape = tuple(input_shape)
    shape = integers("input_shape", shape, len(shape), 0)
    return _pool.scatter(True, rank, "dout", dout, indices, "input_shape", shape, out)


def _unpooled(
    rank: int, y: Any, indices: Any, kernel_size: Any, stride: Any, padding: Any, output_size: Any
) -> Array:
    y, _ = as_array("y", y, rank)
    shape = _pool.unpooled_shape(rank, y.shape, kernel_size, stride, padding, output_size)
    return _pool.scatter(False, rank, "y", y, indices, "output_size", shape, None)


def max_pool1d(
    x: Any,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    dilation: Any = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
    *,
    out: Array | None = None,
) -> Array | tuple[Array, Array]:
    """Max pooling over the last axis; arguments, results and errors as max_pool2d.

    >>> import numpy as np, cpool
    >>> cpool.max_pool1d(np.array([1, 5, 2, 4]), 2)
    array([5, 4])
    """
    return _pooled(MAX, 1, x, kernel_size, stride, padding, dilation, ceil_mode, return_indices, out)


def max_pool2d(
    x: Any,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    dilation: Any = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
    *,
    out: Array | None = None,
) -> Array | tuple[Array, Array]:
    """Max pooling over the last two axes.

    Each index is what np.argmax gives over the elements of its window in row-major order, each output the element there: the
    first of equal values wins, a NaN wins over everything, padding never wins.

    x: array of shape (..., H, W), any strides; bool, (u)int8 to (u)int64, float32 or float64.
    kernel_size, stride (None: kernel_size), dilation: in cells; one integer, or one an axis; at least 1.
    padding: cells without elements around x: an integer, one an axis, one (before, after) pair an axis, or "valid", "same"
        (= "same_upper", the odd cell at the end), "same_lower". Every window must see at least one element.
    ceil_mode: round the output lengths up, by PyTorch's and ONNX's rule.
    return_indices: return (y, indices); indices are int64, flat over the pooled axes of one plane.
    out: array of y's shape and dtype to write y to, any strides; an overlap with x does no harm.

    Returns y of shape (..., out_H, out_W), x's dtype and layout (channels last stays so).
    Raises TypeError for dtypes and for arguments that are not integers, ValueError for geometries that do not fit.
    Source of the definition: torch.nn.functional.max_pool2d and ONNX MaxPool for the geometry, np.argmax for the winner.

    >>> import numpy as np, cpool
    >>> cpool.max_pool2d(np.array([[1, 2, 3, 0], [0, 1, 2, 4]]), 2, return_indices=True)
    (array([[2, 4]]), array([[1, 7]]))
    """
    return _pooled(MAX, 2, x, kernel_size, stride, padding, dilation, ceil_mode, return_indices, out)


def max_pool3d(
    x: Any,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    dilation: Any = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
    *,
    out: Array | None = None,
) -> Array | tuple[Array, Array]:
    """Max pooling over the last three axes; arguments, results and errors as max_pool2d.

    >>> import numpy as np, cpool
    >>> cpool.max_pool3d(np.arange(8).reshape(2, 2, 2), 2)
    array([[[7]]])
    """
    return _pooled(MAX, 3, x, kernel_size, stride, padding, dilation, ceil_mode, return_indices, out)


def min_pool1d(
    x: Any,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    dilation: Any = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
    *,
    out: Array | None = None,
) -> Array | tuple[Array, Array]:
    """Min pooling over the last axis; arguments, results and errors as max_pool2d, the smallest element for the largest.

    >>> import numpy as np, cpool
    >>> cpool.min_pool1d(np.array([1, 5, 2, 4]), 2)
    array([1, 2])
    """
    return _pooled(MIN, 1, x, kernel_size, stride, padding, dilation, ceil_mode, return_indices, out)


def min_pool2d(
    x: Any,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    dilation: Any = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
    *,
    out: Array | None = None,
) -> Array | tuple[Array, Array]:
    """Min pooling over the last two axes; arguments, results and errors as max_pool2d, the smallest element for the largest.

    >>> import numpy as np, cpool
    >>> cpool.min_pool2d(np.array([[1, 2, 3, 0], [0, 1, 2, 4]]), 2)
    array([[0, 0]])
    """
    return _pooled(MIN, 2, x, kernel_size, stride, padding, dilation, ceil_mode, return_indices, out)


def min_pool3d(
    x: Any,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    dilation: Any = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
    *,
    out: Array | None = None,
) -> Array | tuple[Array, Array]:
    """Min pooling over the last three axes; arguments, results and errors as max_pool2d, the smallest element for the largest.

    >>> import numpy as np, cpool
    >>> cpool.min_pool3d(np.arange(8).reshape(2, 2, 2), 2)
    array([[[0]]])
    """
    return _pooled(MIN, 3, x, kernel_size, stride, padding, dilation, ceil_mode, return_indices, out)


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
    Raises IndexError, naming plane, position and value, for an index outside its plane; TypeError for dtypes; ValueError for
    shapes that disagree. Source of the definition: the gradient of a maximum is 1 at its argmax.

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

    y: array of shape (..., out_H, out_W). indices: integers of the same shape, flat over the (H, W) of one plane; of equal ones
    the last in row-major order wins. kernel_size, stride, padding: those of the pooling.
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
