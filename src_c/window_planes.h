/*
 * window_planes.h - forward of square windows of 2 or 3 taps over whole planes of x whose rows are a few vectors, for
 * one op and dtype, in the widest vectors and with records of bytes. Parameters: those of op_kernels.h, which includes
 * it. A vector of columns goes down the plane, with the rows that windows share in registers.
 */
#define plane_columns CPOOL_NAME2(NAMED(plane_columns), OP)
#define best_of_row CPOOL_NAME2(NAMED(best_of_row), OP)
#define copied_plane CPOOL_NAME2(NAMED(copied_plane), OP)
#define down_columns CPOOL_NAME2(NAMED(down_columns), OP)
#define best_planes CPOOL_NAME2(NAMED(best_planes), OP)

/* A vector of output columns. What lies beside x's rows counts as fill, and names the window's first cell in the row. */
typedef struct {
    ptrdiff_t first;
    best_mask outside[3];
    code_vec place[3];
} plane_columns;

/* The best of the taps in a row of x, which may be padding: that names the window's first cell in its column. */
CPOOL_INLINE winner best_of_row(const T *x, ptrdiff_t row, ptrdiff_t pitch, ptrdiff_t height,
                                const plane_columns *columns, vec fill, ptrdiff_t far, best_mask *nan,
                                const int kernel, const int stride, const int has_place, const int ordered) {
    winner best = {fill, columns->place[0]};
    vec cells[3];
    if (row < 0) {
        best.place += splat(-row * kernel);
        return best;
    }
    if (row >= height) return best;
    x += row * pitch;
    ahead(x, stride * VECTOR_BYTES, far);
    if (stride == 2) load_pairs(x, cells, cells + 1);
    else cells[0] = load(x), cells[1] = load(x + 1);
    if (kernel == 3) cells[2] = stride == 2 ? load_evens(x + 2) : load(x + 2);
    CPOOL_UNROLL
    for (int t = 0; t < kernel; t++) {
        CPOOL_OPAQUE_VECTOR(cells[t]);
#if IS_ORDERED
        /* Of stride 1 the first and the last tap see all cells. */
        if (ordered && t && (stride == 2 || t == kernel - 1))
            *nan = either(*nan, unordered(cells[t], cells[stride == 2 ? t - 1 : 0]));
#endif
        const winner cell = {choose(columns->outside[t], fill, cells[t]), columns->place[t]};
        best = t ? winner_of(best, cell, has_place, ordered) : cell;
    }
    (void)nan;
    return best;
}

/* The same plane where more of it may be read than of x: at the ends of x. */
CPOOL_INLINE const T *copied_plane(const T *x, const cpool_planes *planes, ptrdiff_t reach) {
    T *copy = planes->copy;
    memset(copy, 0, (size_t)(planes->before[1] + reach) * BYTES);
    for (ptrdiff_t r = 0; r < planes->height; r++)
        memcpy(copy + planes->before[1] + r * planes->width, x + r * planes->row, (size_t)planes->width * BYTES);
    return copy + planes->before[1];
}

/* One vector of columns of n planes. Returns whether anything was NaN against the word of `ordered`. */
CPOOL_INLINE int down_columns(T *y, RECORD_T *record, const T *x, const cpool_planes *planes, ptrdiff_t n,
                              const plane_columns *columns, const int kernel, const int stride, const int has_place,
                              const int ordered) {
    const cpool_planes p = *planes; /* in copies: to the compiler a record's bytes could be these */
    const plane_columns c = *columns;
    const T *const end_y = y + n * p.output[0] * p.output[1], *cells;
    const vec fill = (vec){0} + *(const T *)p.fill;
    const ptrdiff_t width = p.output[1] > LANES ? p.output[1] : LANES;
    const ptrdiff_t last_row = width * stride + kernel - 1 - p.before[1]; /* so far the last row is read */
    best_mask nan = {0};
    winner row[3];
#define ROW(i) \
    best_of_row(cells + c.first * stride - p.before[1], i, pitch, p.height, &c, fill, p.ahead, &nan, kernel, stride, \
                has_place, ordered)
    y += c.first;
    record += c.first;
    for (; n; n--, x += p.plane) {
        ptrdiff_t first = -p.before[0], pitch = p.row;
        cells = x;
        if (x - (const T *)p.first < p.before[1] || (const T *)p.end - x < (p.height - 1) * pitch + last_row) {
            pitch = p.width;
            cells = copied_plane(x, &p, (p.height - 1) * pitch + (last_row > p.width ? last_row : p.width));
        }
        CPOOL_UNROLL
        for (int t = 0; t < kernel - stride; t++) row[t] = ROW(first + t);
        for (ptrdiff_t i = 0; i < p.output[0]; i++, first += stride, y += p.output[1], record += p.output[1]) {
            CPOOL_UNROLL
            for (int t = kernel - stride; t < kernel; t++) row[t] = ROW(first + t);
            winner best = row[0];
            CPOOL_UNROLL
            for (int t = 1; t < kernel; t++) {
                winner cell = row[t];
                cell.place += splat(t * kernel);
                best = winner_of(best, cell, has_place, ordered);
            }
            CPOOL_UNROLL
            for (int t = 0; t < kernel - stride; t++) row[t] = row[t + stride];
            if (stride == 2) {
                best.value = in_order(best.value);
                if (has_place) best.place = codes_in_order(best.place);
            }
            store_part(y, record, best, has_place, end_y - y >= LANES ? 0 : p.output[1]);
        }
    }
#undef ROW
#if IS_ORDERED
    return ordered && any_lane(nan);
#else
    (void)nan;
    return 0;
#endif
}

/* cpool_best_planes, one vector of columns after the other: the last ones overlap, or end beyond the rows. */
static CPOOL_NOINLINE void best_planes(void *y, void *record, const void *x, const cpool_planes *p, ptrdiff_t n) {
    plane_columns c = {0};
    for (; c.first < p->output[1]; c.first += LANES) {
        if (p->output[1] > LANES && c.first > p->output[1] - LANES) c.first = p->output[1] - LANES;
        for (ptrdiff_t t = 0; t < p->kernel; t++) {
            PLACE_T outside[LANES], place[LANES];
            for (ptrdiff_t lane = 0; lane < LANES; lane++) {
                const ptrdiff_t column = (c.first + lane) * p->stride - p->before[1] + t;
                outside[lane] = column < 0 || column >= p->width;
                place[lane] = (PLACE_T)(column < 0 ? t - column : t);
            }
            code_vec in_padding = load_place(outside);
            c.place[t] = load_place(place);
#if HAS_PAIRS
            if (p->stride == 2) in_padding = codes_by_blocks(in_padding), c.place[t] = codes_by_blocks(c.place[t]);
#endif
            c.outside[t] = same(in_padding, splat(1));
        }
#define COLUMNS(kernel, stride, has_place) \
    do { \
        if (!IS_ORDERED || down_columns(y, record, x, p, n, &c, kernel, stride, has_place, 1)) \
            down_columns(y, record, x, p, n, &c, kernel, stride, has_place, 0); \
    } while (0)
#define OF_KERNEL(kernel, stride) \
    do { \
        if (record) COLUMNS(kernel, stride, 1); \
        else COLUMNS(kernel, stride, 0); \
    } while (0)
        if (p->stride == 1 && p->kernel == 2) OF_KERNEL(2, 1);
        else if (p->stride == 1) OF_KERNEL(3, 1);
#if HAS_PAIRS
        else if (p->kernel == 2) OF_KERNEL(2, 2);
        else OF_KERNEL(3, 2);
#endif
#undef COLUMNS
#undef OF_KERNEL
    }
}
#undef plane_columns
#undef best_of_row
#undef copied_plane
#undef down_columns
#undef best_planes
