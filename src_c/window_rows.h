/*
 * window_rows.h - backward of windows of two or three neighbouring columns that begin one or two apart, in vectors of
 * neighbouring cells, for one dtype and width of vector and records of bytes. Parameters: the vocabulary of vector.h;
 * spread_to and sum_where of window_spread.h.
 */
#define add_outputs NAMED(add_outputs)
#define store_row NAMED(store_row)
#define sum_rows_down NAMED(sum_rows_down)

/* The outputs that look at the cells from column stride * m on lie from m + FIRST_SEEN to m + LAST_SEEN. */
#define FIRST_SEEN(kernel, stride, before) (((before) + 1 - (kernel)) / (stride))
#define LAST_SEEN(stride, before) (((before) + (stride) - 1) / (stride))

#include "window_lines.h"

/* What a row of outputs adds to the rows of dx that it looks at; of each, `stride` vectors. */
CPOOL_INLINE void add_outputs(vec sum[3][2], const T *dout, const RECORD_T *record, ptrdiff_t apart,
                              const code_vec *tap, const code_vec *outside, const int kernel, const int stride,
                              const int before, const int parts) {
    const int first = FIRST_SEEN(kernel, stride, before), last = LAST_SEEN(stride, before);
    CPOOL_UNROLL
    for (int i = first; i <= last; i++) {
        vec value = load_parts(dout + i, apart, parts);
        code_vec codes = load_code_parts(record + i, apart, parts) | outside[i - first];
        OPAQUE(value);
        OPAQUE(codes);
        CPOOL_UNROLL
        for (int t = 0; t < kernel * stride; t++) {
            const int row = t / stride, phase = t % stride, column = phase + before - stride * i;
            if (column < 0 || column >= kernel) continue;
            sum[row][phase] = sum_where(same(codes, tap[row * kernel + column]), sum[row][phase], value);
        }
    }
}

/* A row's cells, or the rows of parts of vectors, `apart`; if fewer are left than would be written, n cells of each. */
CPOOL_INLINE void store_row(T *dx, const vec *sum, ptrdiff_t apart, ptrdiff_t left, ptrdiff_t n, const int stride,
                            const int parts) {
    const ptrdiff_t written = stride * LANES / parts;
    vec low = sum[0], high = sum[1];
    if (stride == 2) low = SHUFFLE(sum[0], sum[1], ZIP_LOW), high = SHUFFLE(sum[0], sum[1], ZIP_HIGH);
    if (left >= written && parts == 4) {
        store_parts(dx, apart, low, 2), store_parts(dx + 2 * apart, apart, high, 2);
    } else if (left >= written) {
        store(dx, low);
        if (stride == 2) store(dx + (parts == 1 ? LANES : apart), high);
    } else {
        T cells[2 * LANES];
        store(cells, low), store(cells + LANES, high);
#define PART(i) memcpy(dx + (i) * apart, cells + (i) * written, (size_t)n * BYTES)
        PART(0); /* no loop, of which GCC 12 makes 0.9x of all */
        if (parts > 1) PART(1);
        if (parts > 2) PART(2), PART(3);
#undef PART
    }
}

/*
 * As many columns after the other as `stride` vectors have, down the rows of all planes, with the sums of as many rows
 * as a window has in registers. What is written past a row's end is written again afterwards, by the next row or other
 * columns. parts: of rows of at most a vector two planes together, and of half a one four: 1.1x to 1.6x.
 */
CPOOL_INLINE void sum_rows_down(T *dx, const T *dout, const RECORD_T *record, const cpool_columns *columns,
                                ptrdiff_t row, ptrdiff_t n, ptrdiff_t n_planes, const int kernel, const int stride,
                                const int before, const int parts) {
    const cpool_columns c = *columns;
    const ptrdiff_t down = row + c.before[0], first = down < kernel ? 0 : (down + stride - kernel) / stride;
    const ptrdiff_t cells = n * c.width, outputs = c.height * c.n;
    const ptrdiff_t apart = n_planes * outputs, dx_apart = n_planes * cells;
    const int first_seen = FIRST_SEEN(kernel, stride, before), last_seen = LAST_SEEN(stride, before);
    const T *const end = dx + n_planes * cells;
    /* Of a row, whose first line the row above shares; of one of several vectors also the line where these end. */
    const ptrdiff_t asked = c.width <= stride * LANES ? c.width * BYTES : (stride + 1) * VECTOR_BYTES;
    code_vec tap[9], outside[3];
    for (int t = 0; t < kernel * kernel; t++) {
        tap[t] = splat(t);
        OPAQUE(tap[t]); /* GCC 12 would make them anew for each row */
    }
    for (ptrdiff_t m = (c.width - 1) / (stride * LANES) * LANES; m >= 0; m -= LANES) {
        const ptrdiff_t shift = m + (c.before[1] - before) / stride;
        for (int i = 0; i <= last_seen - first_seen; i++)
            outside[i] = load_code_parts((const RECORD_T *)c.outside + shift + first_seen + i, 0, parts);
        for (ptrdiff_t plane = 0; plane < n_planes; plane++) {
            T *to = dx + plane * cells + stride * m;
            ptrdiff_t at = plane * outputs + first * c.n + shift;
            vec below[2][2] = {{zero(), zero()}, {zero(), zero()}}; /* what rows past those written have so far */
            for (ptrdiff_t o = first, r = stride * first - down; r < n; o++, r += stride, at += c.n) {
                vec sum[3][2] = {{below[0][0], below[0][1]}, {below[1][0], below[1][1]}, {zero(), zero()}};
                if (c.ahead) {
                    CPOOL_PREFETCH_TO_READ(dout + at + c.ahead);
                    CPOOL_PREFETCH_TO_READ(record + at + c.ahead);
                }
                if (o < c.height)
                    add_outputs(sum, dout + at, record + at, apart, tap, outside, kernel, stride, before, parts);
                CPOOL_UNROLL
                for (int i = 0; i < stride; i++) {
                    if ((size_t)(r + i) >= (size_t)n) continue;
                    ahead_to_write(to + 4 * c.width, asked);
                    store_row(to, sum[i], dx_apart, end - to, c.width - stride * m, stride, parts);
                    to += c.width;
                }
                CPOOL_UNROLL
                for (int i = 0; i < kernel - stride; i++)
                    below[i][0] = sum[i + stride][0], below[i][1] = sum[i + stride][1];
            }
        }
    }
}

static void KERNEL(sum_rows)(void *dx, const void *dout, const void *record, const cpool_columns *c, ptrdiff_t row,
                             ptrdiff_t n, ptrdiff_t n_planes) {
#define LINES(kernel, streams) sum_lines(dx, dout, record, c, row, n, n_planes, kernel, streams)
#define DOWN(kernel, stride, before, parts) \
    sum_rows_down(dx, dout, record, c, row, n, n_planes / (parts), kernel, stride, before, parts)
#define PARTS(kernel, before) \
    if (quarters) DOWN(kernel, 2, before, 4); \
    else if (halves) DOWN(kernel, 2, before, 2); \
    else DOWN(kernel, 2, before, 1)
    const int before = c->before[1] % 2, streams = c->streams;
    const int halves = HAS_MASKS && c->width <= LANES && n_planes % 2 == 0;
    const int quarters = halves && BYTES == 4 && c->width <= LANES / 2 && n_planes % 4 == 0;
    if (c->lines && c->kernel == 2) CPOOL_CONSTANT(streams, LINES(2, streams));
    else if (c->lines) CPOOL_CONSTANT(streams, LINES(3, streams));
    else if (c->stride == 1 && c->kernel == 2) DOWN(2, 1, 0, 1);
    else if (c->stride == 1) DOWN(3, 1, 0, 1);
    else if (c->kernel == 2) CPOOL_CONSTANT(before, PARTS(2, before));
    else CPOOL_CONSTANT(before, PARTS(3, before));
#undef PARTS
#undef DOWN
#undef LINES
}
#undef FIRST_SEEN
#undef LAST_SEEN
