"""Layers: forward keeps the record of the winners, backward uses it. None needs the data of x for that."""

from __future__ import annotations

from typing import Any, ClassVar

from cpool import _pool
from cpool._arrays import FILLS, MAX, MIN, Array, as_array, cached_plan, checked_arguments
from cpool._geometry import integer
from cpool._kernels import Repeat

# What a forward leaves: its record, and what it found out. One tuple, so that a layer never holds halves of two; a
# plain one, because a named one costs a tenth of a small forward.
_Forward = tuple[Array, Repeat]


class _Pool:
    """What all pooling layers share; a subclass names its op and rank."""

    _op: ClassVar[int]
    _rank: ClassVar[int]

    def __init__(
        self, kernel_size: Any, stride: Any = None, padding: Any = 0, dilation: Any = 1, ceil_mode: bool = False
    ) -> None:
        self._arguments = checked_arguments(self._rank, kernel_size, stride, padding, dilation, ceil_mode)
        self._given = (kernel_size, kernel_size if stride is None else stride, padding, dilation, ceil_mode)
        self._last: _Forward | None = None

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
        last = self._last
        again = last and last[1].forward(x, out)
        if again:
            y: Array
            y, self._last = again
            return y
        rank, op = self._rank, self._op
        x, code = as_array("x", x, rank, any_byte=True)
        plan = cached_plan(x.shape[-rank:], *self._arguments)
        y, record, channels_last = _pool.forward(op, rank, x, code, plan, True, out)
        assert record is not None  # it was asked for
        found = Repeat(op, code, x.dtype, x.shape, x.strides, plan, channels_last, record.dtype, FILLS[op, code])
        self._last = (record, found)
        return y

    __call__ = forward

    def backward(self, dout: Any, *, out: Array | None = None) -> Array:
        """The gradient of the last forward's x: each dout, of y's shape, added to the cell that won.

        Returns dx of x's shape, with dout's dtype and x's layout; the terms of one cell are added in an order that the
        geometry and the layout fix. `out`: as in forward.

        Raises RuntimeError before any forward, TypeError (dtypes), ValueError (another shape than y's).
        """
        record, last = self._last_forward()
        dx: Array | None = last.backward(record, dout) if out is None else None
        if dx is not None:
            return dx
        return _pool.backward(self._rank, dout, record, last.shape, last.plan, last.channels_last, out)

    @property
    def indices(self) -> Array:
        """int64 index of each winner, flat over the pooled axes of its plane: y's shape, made anew each time."""
        record, last = self._last_forward()
        return _pool.decode(record, last.plan, self._rank, last.channels_last)

    def _last_forward(self) -> _Forward:
        if self._last is None:
            raise RuntimeError(f"{type(self).__name__}.backward and indices need a forward first; there was none")
        return self._last

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
