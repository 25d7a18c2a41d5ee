"""Layers: forward keeps the record of the winners, backward uses it. None needs the data of x for that."""

from __future__ import annotations

from typing import Any, ClassVar, NoReturn

from cpool import _pool
from cpool._arrays import MAX, MIN, Array, as_array
from cpool._geometry import integer
from cpool._kernels import Plan, operation_of


class _Pool:
    """What all pooling layers share; a subclass names its op and rank."""

    _op: ClassVar[int]
    _rank: ClassVar[int]

    def __init__(
        self, kernel_size: Any, stride: Any = None, padding: Any = 0, dilation: Any = 1, ceil_mode: bool = False
    ) -> None:
        self._operation = operation_of(self._op, self._rank, kernel_size, stride, padding, dilation, ceil_mode)
        self._given = (kernel_size, kernel_size if stride is None else stride, padding, dilation, ceil_mode)
        # The last forward's record and plan: one tuple, so that a layer never holds halves of two; a plain one, because
        # a named one costs a tenth of a small forward.
        self._last: tuple[Array, Plan] | None = None

    kernel_size = property(lambda self: self._given[0])
    stride = property(lambda self: self._given[1])
    padding = property(lambda self: self._given[2])
    dilation = property(lambda self: self._given[3])
    ceil_mode = property(lambda self: self._given[4])

    def forward(self, x: Any, *, out: Array | None = None) -> Array:
        """Pool x of shape (..., pooled axes) and keep the record of the winners.

        Returns y: x's leading axes, then the output lengths; x's dtype and layout. `out`: an array of just that shape
        and dtype to write y to, of any strides; an overlap with x does no harm.

        Raises TypeError (dtypes), ValueError (shapes that the window does not fit).
        """
        again = self._operation.forward(x, True, out)
        y, self._last = again or _pool.forward(self._operation, x, True, out)
        return y

    __call__ = forward

    def backward(self, dout: Any, *, out: Array | None = None) -> Array:
        """The gradient of the last forward's x: each dout, of y's shape, added to the cell that won.

        Returns dx of x's shape, with dout's dtype and x's layout; the terms of one cell are added in an order that the
        geometry and the layout fix. `out`: as in forward.

        Raises RuntimeError before any forward, TypeError (dtypes), ValueError (another shape than y's).
        """
        record, plan = self._last or self._no_forward()
        dx = plan.backward(record, dout, out)
        return _pool.backward(plan, record, dout, out) if dx is None else dx

    @property
    def indices(self) -> Array:
        """int64 index of each winner, flat over the pooled axes of its plane: y's shape, made anew each time."""
        record, plan = self._last or self._no_forward()
        return plan.decode(record)

    def _no_forward(self) -> NoReturn:
        raise RuntimeError(f"{type(self).__name__}.backward and indices need a forward first; there was none")

    def __repr__(self) -> str:
        names = ("kernel_size", "stride", "padding", "dilation", "ceil_mode")
        return f"{type(self).__name__}({', '.join(f'{name}={getattr(self, name)!r}' for name in names)})"


class MaxPool1d(_Pool):
    """Max pooling over the last axis; arguments as `cpool.max_pool1d`.

    >>> import numpy as np, cpool
    >>> layer = cpool.MaxPool1d(2)
    >>> layer.forward(np.array([1, 5, 2, 4])), layer.backward(np.array([10, 20]))
    (array([5, 4]), array([ 0, 10,  0, 20]))
    """

    _op, _rank = MAX, 1


class MaxPool2d(_Pool):
    """Max pooling over the last two axes; arguments as `cpool.max_pool2d`.

    >>> import numpy as np, cpool
    >>> layer = cpool.MaxPool2d(2)
    >>> layer.forward(np.array([[1, 2, 3, 0], [0, 1, 2, 4]]))
    array([[2, 4]])
    >>> layer.indices
    array([[1, 7]])
    >>> layer.backward(np.array([[10, 20]]))
    array([[ 0, 10,  0,  0],
           [ 0,  0,  0, 20]])
    """

    _op, _rank = MAX, 2


class MaxPool3d(_Pool):
    """Max pooling over the last three axes; arguments as `cpool.max_pool3d`.

    >>> import numpy as np, cpool
    >>> cpool.MaxPool3d(2).forward(np.arange(8).reshape(2, 2, 2))
    array([[[7]]])
    """

    _op, _rank = MAX, 3


class MinPool1d(_Pool):
    """Min pooling over the last axis; arguments as `cpool.min_pool1d`.

    >>> import numpy as np, cpool
    >>> cpool.MinPool1d(2).forward(np.array([1, 5, 2, 4]))
    array([1, 2])
    """

    _op, _rank = MIN, 1


class MinPool2d(_Pool):
    """Min pooling over the last two axes; arguments as `cpool.min_pool2d`.

    >>> import numpy as np, cpool
    >>> cpool.MinPool2d(2).forward(np.array([[1, 2, 3, 0], [0, 1, 2, 4]]))
    array([[0, 0]])
    """

    _op, _rank = MIN, 2


class MinPool3d(_Pool):
    """Min pooling over the last three axes; arguments as `cpool.min_pool3d`.

    >>> import numpy as np, cpool
    >>> cpool.MinPool3d(2).forward(np.arange(8).reshape(2, 2, 2))
    array([[[0]]])
    """

    _op, _rank = MIN, 3


class Pooling:
    """The textbook "Deep Learning from Scratch"'s max-pooling layer of (N, C, H, W): its signature and attributes.

    Padding never wins here, where the textbook pads with zeros that do; without padding all values are the textbook's.
    `x` is the array of the last forward, `arg_max` the winners' places inside their windows, flat in the textbook's
    order (N, out_h, out_w, C); both None before the first forward.

    >>> import numpy as np, cpool
    >>> pool = cpool.Pooling(2, 2, stride=2)
    >>> pool.forward(np.array([[[[1.0, 2.0, 3.0, 0.0], [0.0, 1.0, 2.0, 4.0]]]]))
    array([[[[2., 4.]]]])
    >>> pool.arg_max
    array([1, 3])
    """

    def __init__(self, pool_h: int, pool_w: int, stride: int = 1, pad: int = 0) -> None:
        self.pool_h, self.pool_w, self.stride, self.pad = pool_h, pool_w, stride, pad
        self.x: Array | None = None
        self._layer = self._layer_now()

    def _layer_now(self) -> MaxPool2d:
        window = integer("pool_h", self.pool_h, 1), integer("pool_w", self.pool_w, 1)
        return MaxPool2d(window, integer("stride", self.stride, 1), integer("pad", self.pad, 0))

    def forward(self, x: Any) -> Array:
        """Pool x of shape (N, C, H, W) by the attributes as they are now; errors as `cpool.MaxPool2d`."""
        x = as_array("x", x, 4, any_byte=True)[0]
        if x.ndim != 4:
            raise ValueError(f"x has shape {x.shape}; it must have the four axes (N, C, H, W)")
        layer = self._layer_now()
        y = layer.forward(x)
        self.x, self._layer = x, layer
        return y

    def backward(self, dout: Any) -> Array:
        """The gradient of the last forward's x; dout has the shape of its result. RuntimeError before any forward."""
        if self.x is None:
            raise RuntimeError("Pooling.backward needs a forward first; there was none")
        return self._layer.backward(dout)

    @property
    def arg_max(self) -> Array | None:
        """Place of each winner in its window (row * pool_w + column), int64, flat over (N, out_h, out_w, C)."""
        last = self._layer._last
        return None if last is None else last[0].transpose(0, 2, 3, 1).astype("int64").reshape(-1)
