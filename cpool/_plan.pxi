# Arguments and arrays like those of earlier calls: their checks, geometry and layout are not done again. Of a small
# forward these were 2.7 of 3.7 us.

cdef enum:
    MOST_OPERATIONS = 256               # kept at most;
    MOST_PLANS = 32                     # and of each one
cdef list RECORD_DTYPES = [np.dtype(f"u{1 << i}") for i in range(4)]
cdef npy_dtype INT64 = np.dtype(np.int64)
cdef dict operations = {}               # by arguments as they were given, and by checked ones


def operation_of(int op, int rank, kernel_size, stride, padding, dilation, ceil_mode):
    """The Operation of these arguments, which it checks; the same one for equal arguments while it is kept."""
    cdef tuple given = (op, rank, kernel_size, stride, padding, dilation, ceil_mode), checked
    cdef bint plain = (type(ceil_mode) is bool and is_plain(kernel_size, 2) and is_plain(stride, 2)
                       and is_plain(padding, 2) and is_plain(dilation, 2))
    operation = operations.get(given) if plain else None
    if operation is None:
        checked = (op, rank, *checked_arguments(rank, kernel_size, stride, padding, dilation, ceil_mode))
        operation = operations.get(checked) or Operation(checked)
        if len(operations) >= MOST_OPERATIONS:
            operations.clear()
        operations[checked] = operation
        if plain:
            operations[given] = operation
    return operation


cdef bint is_plain(value, int depth) noexcept:
    """Whether what is equal and plain too means the same: True and 1.0 equal 1, lists change."""
    if type(value) is tuple and depth > 0:
        for entry in <tuple> value:
            if not is_plain(entry, depth - 1):
                return False
        return True
    return type(value) is int or type(value) is str or value is None


cdef class Operation:
    """A pooling's op, rank and checked arguments, and the plans for arrays that it had lately."""

    cdef readonly tuple arguments
    cdef readonly tuple plans           # replaced whole: under the GIL other threads go through the one they have

    def __init__(self, tuple arguments):
        self.arguments, self.plans = arguments, ()

    def __reduce__(self):
        return operation_of, self.arguments

    cdef Plan plan_like(self, x):
        cdef Plan plan
        for plan in self.plans:
            if plan.is_like(x, plan.x_shape, plan.x_strides):
                return plan
        return None

    def plan_for(self, ndarray x, int code, tuple order):
        """The plan for arrays like x, which is from as_array; the geometry's ValueErrors. code, order: x.dtype's."""
        plan = self.plan_like(x)
        if plan is None:
            plan = Plan(self.arguments, x.dtype, (<object> x).shape, (<object> x).strides,
                        is_channels_last(x, self.arguments[1]), code, order)
            self.plans = (plan, *self.plans[:MOST_PLANS - 1])
        return plan

    def forward(self, x, bint want_record, out):
        """(y, (record or None, plan)); None where x or out is not like one before, so has to be looked at first."""
        cdef Plan plan = self.plan_like(x)
        cdef ndarray y
        cdef const char *cells
        if plan is None:
            return None
        cells = <const char *> PyArray_DATA(<ndarray> x)
        if out is None:
            y = plan.new_output("y", plan.dtype)
        elif plan.takes(out, plan.y_shape, plan.y_strides, plan.y_bytes, cells + plan.x_begin, cells + plan.x_end):
            y = out
        else:
            return None
        return y, (plan.forward(x, y, want_record), plan)


cdef class Plan:
    """A pooling of arrays of one dtype, shape and strides: its geometry as C, and what else is the same each time."""

    cdef readonly tuple shape, output_shape
    cdef readonly bint channels_last
    cdef readonly int rank
    cdef tuple arguments
    cdef npy_dtype dtype, record_dtype
    cdef int code, ndim                 # code: of the dtype
    cdef ptrdiff_t taps
    cdef Axis axis[3]
    cdef Job job                        # what a forward is, but for its arrays and how it is done
    cdef ptrdiff_t lead_length[64]
    cdef ptrdiff_t lead_step[64]
    cdef npy_intp[64] x_shape, x_strides, y_shape, y_strides, dx_strides
    cdef ptrdiff_t x_begin, x_end       # bytes from x's first element
    cdef ptrdiff_t y_bytes

    def __init__(self, tuple operation, npy_dtype dtype, tuple shape, tuple strides, bint channels_last, int code,
                 tuple order):
        cdef int i, lead
        cdef ptrdiff_t reach
        cdef Job *job = &self.job
        self.arguments = operation, dtype, shape, strides, channels_last, code, order
        self.dtype, self.shape, self.channels_last, self.code = dtype, shape, channels_last, code
        self.rank, self.ndim = operation[1], len(shape)
        job.item, job.key = dtype.itemsize, CPOOL_min_f32 if code == CPOOL_f32 and order[2] else code
        memcpy(job.fill, <const char *> <bytes> order[0], dtype.itemsize)
        memcpy(job.fill_key, <const char *> <bytes> order[1], dtype.itemsize)
        job.flip = order[2]
        self.taps = 1
        lead = self.ndim - self.rank
        axes = geometry(shape[lead:], *operation[2:])
        for i in range(3):
            self.axis[i] = Axis(1, 1, 1, 0, 1, 1, 0, 0, 1)
            job.axis[i] = &self.axis[i]
        job.depth, job.height, job.width = &self.axis[0], &self.axis[1], &self.axis[2]
        for i, (length, kernel, stride, before, dilation, output) in enumerate(axes, 3 - self.rank):
            step = strides[self.ndim - 3 + i] // dtype.itemsize
            self.axis[i] = Axis(length, kernel, stride, before, dilation, output, step, 0, 0)
            find_whole_windows(&self.axis[i])
            self.taps *= kernel
        # The smallest unsigned integer that holds a tap's number, in bytes.
        job.code_item = 1 if self.taps <= 1 << 8 else 2 if self.taps <= 1 << 16 else 4 if self.taps <= 1 << 32 else 8
        self.record_dtype = RECORD_DTYPES[log2_bytes(job.code_item)]
        self.output_shape = shape[:lead] + tuple([axis[5] for axis in axes])
        self.x_end = self.y_bytes = job.x_bytes = dtype.itemsize
        for i in range(self.ndim):
            self.x_shape[i], self.x_strides[i], self.y_shape[i] = shape[i], strides[i], self.output_shape[i]
            job.x_bytes *= self.x_shape[i]
            self.y_bytes *= self.y_shape[i]
            reach = (self.x_shape[i] - 1) * self.x_strides[i]
            self.x_begin += min(reach, 0)
            self.x_end += max(reach, 0)
        job.channels = self.x_shape[lead - 1] if channels_last else 1
        self.merge_leading_axes(lead - channels_last)
        find_facts(job)
        lay_out(self.ndim, self.y_shape, dtype.itemsize, self.rank, channels_last, self.y_strides)
        lay_out(self.ndim, self.x_shape, dtype.itemsize, self.rank, channels_last, self.dx_strides)

    def __reduce__(self):
        return Plan, self.arguments

    cdef void merge_leading_axes(self, int lead) noexcept:
        """Of the axes before the pooled ones and channels those that one step covers are one."""
        cdef Job *job = &self.job
        cdef ptrdiff_t step
        cdef int i, n = 0
        job.planes, job.lead_length, job.lead_step = 1, self.lead_length, self.lead_step
        self.lead_length[0] = 1
        for i in range(lead):
            job.planes *= self.x_shape[i]
            step = self.x_strides[i] // job.item
            if n and self.lead_step[n - 1] == step * self.x_shape[i]:
                self.lead_length[n - 1] *= self.x_shape[i]
            else:
                self.lead_length[n] = self.x_shape[i]
                n += 1
            self.lead_step[n - 1] = step
        job.n_lead = max(1, n)

    cdef ndarray new_output(self, str name, npy_dtype dtype):
        return empty(name, self.output_shape, dtype, self.rank, self.channels_last)

    cdef bint is_like(self, array, const npy_intp *shape, const npy_intp *strides) noexcept:
        return (PyArray_CheckExact(array)
                and <void *> PyArray_DESCR(<ndarray> array) == <void *> self.dtype
                and PyArray_NDIM(<ndarray> array) == self.ndim
                and memcmp(PyArray_DIMS(<ndarray> array), shape, self.ndim * sizeof(npy_intp)) == 0
                and memcmp(PyArray_STRIDES(<ndarray> array), strides, self.ndim * sizeof(npy_intp)) == 0
                and PyArray_ISALIGNED(<ndarray> array))

    cdef bint takes(self, out, const npy_intp *shape, const npy_intp *strides, ptrdiff_t n_bytes, const char *begin,
                    const char *end) noexcept:
        """Whether a result can be written straight to out: the layout, writable, and apart from the input."""
        if not self.is_like(out, shape, strides) or not PyArray_ISWRITEABLE(<ndarray> out):
            return False
        cdef const char *cells = <const char *> PyArray_DATA(<ndarray> out)
        return cells >= end or cells + n_bytes <= begin

    cpdef ndarray forward(self, ndarray x, ndarray y, bint want_record):
        """Pools x into y, which is contiguous in x's layout; returns the record, or None."""
        cdef ndarray record = self.new_output("the record", self.record_dtype) if want_record else None
        if self.y_bytes:
            forward(self, x, y, record)
        return record

    def backward(self, ndarray record, dout, out):
        """dx; None where dout is not just as y was, or out not as dx, so has to be looked at first."""
        # Of bool the bytes have to be looked at.
        if self.dtype.kind == c"b" or not self.is_like(dout, self.y_shape, self.y_strides):
            return None
        cdef const char *cells = <const char *> PyArray_DATA(<ndarray> dout)
        cdef ndarray dx
        if out is None:
            dx = empty("dx", self.shape, self.dtype, self.rank, self.channels_last)
        elif self.takes(out, self.x_shape, self.dx_strides, self.job.x_bytes, cells, cells + self.y_bytes):
            dx = out
        else:
            return None
        if self.job.x_bytes:
            backward(self.code, dout, record, dx, self)
        return dx

    def decode(self, ndarray record):
        """int64 indices, flat over the pooled axes of a plane, from a record."""
        return decode(record, self)
