# A layer's calls with arrays just like those of its last forward: no check and no geometry again.

cdef class Repeat:
    """What a layer's last forward found out, and what an array is compared with that it need not be found out for."""

    cdef readonly Plan plan
    cdef readonly tuple shape
    cdef readonly bint channels_last
    cdef tuple arguments
    cdef npy_dtype dtype, record_dtype
    cdef bytes fill
    cdef int op, code, rank, ndim
    cdef bint usable
    cdef npy_intp[64] x_shape, x_strides, y_shape, y_strides
    cdef ptrdiff_t x_begin, x_end, y_size  # bytes; from x's first element

    def __init__(self, int op, int code, npy_dtype dtype, tuple shape, tuple strides, Plan plan, bint channels_last,
                 npy_dtype record_dtype, bytes fill):
        cdef int i
        cdef npy_intp reach
        self.arguments = op, code, dtype, shape, strides, plan, channels_last, record_dtype, fill
        self.plan, self.shape, self.channels_last = plan, shape, channels_last
        self.dtype, self.record_dtype, self.fill = dtype, record_dtype, fill
        self.op, self.code, self.rank, self.ndim = op, code, len(plan.output), len(shape)
        # Of bool the bytes have to be looked at. Without elements there is nothing to gain.
        self.usable = dtype.kind != c"b" and 0 not in shape
        if not self.usable:
            return
        self.x_end = self.y_size = dtype.itemsize
        for i in range(self.ndim):
            self.x_shape[i], self.x_strides[i] = shape[i], strides[i]
            self.y_shape[i] = shape[i] if i < self.ndim - self.rank else plan.output[i - self.ndim + self.rank]
            self.y_size *= self.y_shape[i]
            reach = (self.x_shape[i] - 1) * self.x_strides[i]
            self.x_begin += min(reach, 0)
            self.x_end += max(reach, 0)
        lay_out(self.ndim, self.y_shape, dtype.itemsize, self.rank, channels_last, self.y_strides)

    def __reduce__(self):
        return Repeat, self.arguments

    cdef bint is_like(self, array, const npy_intp *shape, const npy_intp *strides) noexcept:
        return (PyArray_CheckExact(array)
                and <void *> PyArray_DESCR(<ndarray> array) == <void *> self.dtype
                and PyArray_NDIM(<ndarray> array) == self.ndim
                and memcmp(PyArray_DIMS(<ndarray> array), shape, self.ndim * sizeof(npy_intp)) == 0
                and memcmp(PyArray_STRIDES(<ndarray> array), strides, self.ndim * sizeof(npy_intp)) == 0
                and PyArray_ISALIGNED(<ndarray> array))

    cdef bint takes(self, out, const char *x) noexcept:
        """Whether y can be written straight to out: the layout, writable, and apart from x."""
        if not self.is_like(out, self.y_shape, self.y_strides) or not PyArray_ISWRITEABLE(<ndarray> out):
            return False
        cdef ptrdiff_t distance = <char *> PyArray_DATA(<ndarray> out) - x
        return distance >= self.x_end or distance + self.y_size <= self.x_begin

    def forward(self, x, out):
        """(y, (record, self)); None where x or out is not just as it was, so has to be looked at first."""
        cdef ndarray y, record
        if not self.usable or not self.is_like(x, self.x_shape, self.x_strides):
            return None
        if out is None:
            y = new_array(self.ndim, self.y_shape, self.dtype, self.rank, self.channels_last)
        elif self.takes(out, <char *> PyArray_DATA(<ndarray> x)):
            y = out
        else:
            return None
        record = new_array(self.ndim, self.y_shape, self.record_dtype, self.rank, self.channels_last)
        forward(self.op, self.code, x, y, record, self.plan, self.channels_last, self.fill)
        return y, (record, self)

    def backward(self, ndarray record, dout):
        """dx in a new array; None where dout is not just as y was."""
        if not self.usable or not self.is_like(dout, self.y_shape, self.y_strides):
            return None
        cdef ndarray dx = new_array(self.ndim, self.x_shape, self.dtype, self.rank, self.channels_last)
        backward(self.code, dout, record, dx, self.plan, self.channels_last)
        return dx
