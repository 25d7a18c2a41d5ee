/*
 * window_aside.h - forward of square windows of stride 1 over sixteen whole planes at a time, each in its lane of
 * vectors of 64 bytes, for one dtype of 4 bytes and records of bytes. Parameters: the vocabulary of width_kernels.h,
 * which includes it, and the passes of window_passes.h.
 *
 * Where planes lie side by side, all windows begin at whole vectors. Against passes over each plane's own rows 1.25x
 * to 1.9x with a record, for 7x7 to 13x13 windows in planes of 13x13 to 56x56 (Zen 4); in vectors of 32 bytes 0.9x to
 * 1.2x.
 */
#define aside NAMED(aside)
#define interleave NAMED(interleave)
#define separate NAMED(separate)
#define separate_codes NAMED(separate_codes)
#define pass_aside NAMED(pass_aside)
#define row_aside NAMED(row_aside)
#define planes_aside NAMED(planes_aside)
#define best_aside NAMED(best_aside)

/* rows[n] of n elements, of which LOW and HIGH take by turns those of the lower and of the upper half of two rows. */
#define TRANSPOSE(rows, n, LOW, HIGH) \
    CPOOL_UNROLL \
    for (int stage = 1; stage < (n); stage *= 2) { \
        __typeof__(rows[0]) zipped[n]; \
        CPOOL_UNROLL \
        for (int i = 0; i < (n) / 2; i++) { \
            zipped[2 * i] = LOW(rows[i], rows[i + (n) / 2]); \
            zipped[2 * i + 1] = HIGH(rows[i], rows[i + (n) / 2]); \
        } \
        memcpy(rows, zipped, sizeof zipped); \
    }

/*
 * dst[n][16] of n >= 4 elements of rows `plane` apart; whether any is NaN. next: what is asked for meanwhile, as much
 * of the planes that come next; without that these 16 streams wait for memory.
 */
CPOOL_INLINE int interleave(T *dst, const T *src, ptrdiff_t plane, ptrdiff_t n, const T *next) {
    best_mask nan = {0};
    for (ptrdiff_t i = 0; i < n; i += 4) {
        raw_64 v[4];
        if (i > n - 4) i = n - 4;
        CPOOL_UNROLL
        for (int r = 0; r < 4; r++) v[r] = gather_blocks(src + i + r * plane, 4 * plane * BYTES);
        ahead(next + i * 16, 4 * 64, 0);
#if IS_ORDERED
        nan = either(nan, either(unordered((vec)v[0], (vec)v[1]), unordered((vec)v[2], (vec)v[3])));
#endif
        TRANSPOSE(v, 4, _mm512_unpacklo_epi32, _mm512_unpackhi_epi32);
        CPOOL_UNROLL
        for (int r = 0; r < 4; r++) store(dst + (i + r) * 16, (vec)v[r]);
    }
#if IS_ORDERED
    return any_lane(nan);
#else
    return (void)nan, 0;
#endif
}

/* The opposite, of n >= 4 outputs; the next planes' are asked for too: 1.3x. */
CPOOL_INLINE void separate(T *dst, ptrdiff_t plane, const T *src, ptrdiff_t n) {
    for (ptrdiff_t i = 0; i < n; i += 4) {
        raw_64 v[4];
        if (i > n - 4) i = n - 4;
        ahead(dst + 16 * (plane + i), 4 * 64, 0);
        CPOOL_UNROLL
        for (int r = 0; r < 4; r++) v[r] = (raw_64)load_bits(src + (i + r) * 16);
        TRANSPOSE(v, 4, _mm512_unpacklo_epi32, _mm512_unpackhi_epi32);
        CPOOL_UNROLL
        for (int r = 0; r < 4; r++) scatter_blocks(dst + i + r * plane, 4 * plane * BYTES, v[r]);
    }
}

/* The same of n >= 16 codes, of eight planes at a time: there are not the registers for sixteen. */
CPOOL_INLINE void separate_codes(RECORD_T *dst, ptrdiff_t plane, const RECORD_T *src, ptrdiff_t n) {
    for (ptrdiff_t i = 0; i < n; i += 16) {
        if (i > n - 16) i = n - 16;
        ahead(dst + 16 * (plane + i), 4 * 64, 0);
        CPOOL_UNROLL
        for (int lane = 0; lane < 16; lane += 8) {
            const RECORD_T *half = src + i * 16 + lane;
            raw_16 v[8];
            CPOOL_UNROLL
            for (int r = 0; r < 8; r++)
                v[r] = _mm_unpacklo_epi8(load_low(half + r * 16, 8), load_low(half + (r + 8) * 16, 8));
            TRANSPOSE(v, 8, _mm_unpacklo_epi8, _mm_unpackhi_epi8);
            CPOOL_UNROLL
            for (int r = 0; r < 8; r++) store_low(dst + (lane + r) * plane + i, v[r], 16);
        }
    }
}

/* What lies in the room of the planes' copy. */
typedef struct {
    const cpool_planes *planes;
    ptrdiff_t row;    /* elements of a row of 16 planes' outputs */
    T *line;          /* a row of x between what windows see of the padding beside it */
    T *rows;          /* its windows' winners, of the rows that come next, */
    RECORD_T *places; /* and their places */
    vec outside;
    int padded;       /* rows of padding are there from the planes before */
    int exact;        /* there was a NaN */
} aside;

/* n rows of winners, `width` wide, of windows a tap apart. */
static CPOOL_NOINLINE void pass_aside(T *y, RECORD_T *record, const cpool_pass *pass, ptrdiff_t n, ptrdiff_t width,
                                      int exact) {
    const cpool_pass p = *pass; /* in a copy: to the compiler y could be the pass */
    const int eights = n >= 8 && p.n_taps >= 8;
#define ROWS(later, has_place) \
    do { \
        if (exact) down_rows(y, record, p.pitch, &p, n, width, 0, 0, 0, later, has_place, 0); \
        else if (eights) down_rows(y, record, p.pitch, &p, n, width, 0, 8, 0, later, has_place, IS_ORDERED); \
        else down_rows(y, record, p.pitch, &p, n, width, 0, 4, 0, later, has_place, IS_ORDERED); \
    } while (0)
    if (record && p.later) ROWS(1, 1);
    else if (record) ROWS(0, 1);
    else if (p.later) ROWS(1, 0);
    else ROWS(0, 0);
#undef ROWS
}

/* Of row r of those that windows see the winners along it, as row `at` of what lies there. */
CPOOL_INLINE void row_aside(aside *a, const T *x, ptrdiff_t r, ptrdiff_t at, int has_place) {
    const cpool_planes *planes = a->planes;
    const ptrdiff_t left = planes->before[1], from = r - planes->before[0], width = planes->output[1];
    const int outside = from < 0 || from >= planes->height;
    const cpool_pass along = {.value = a->line, .n_taps = planes->kernel, .pitch = 16, .tap_pitch = 16, .code_step = 1,
                              .flip = planes->flip};
    T *row = a->rows + at * a->row;
    RECORD_T *places = has_place ? a->places + at * a->row : NULL;
    if (outside && a->padded) return;
    if (outside) {
        for (ptrdiff_t j = 0; j < width; j++) store(row + j * 16, flipped(a->outside, flip_of(planes->flip)));
    } else {
        a->exact |= interleave(a->line + left * 16, x + from * planes->row, planes->plane, planes->width,
                               x + 16 * (planes->plane + from * planes->width));
        pass_aside(row, places, &along, width, 16, a->exact);
    }
    /* Padding in front of x wins only where all is like it: it names the window's first element. */
    for (ptrdiff_t j = 0; has_place && j < (outside || left > width ? width : left); j++) {
        const code_vec first = splat((j < left ? left - j : 0) - (from < 0 ? from * planes->kernel : 0));
        const code_vec named = outside ? first : load_code(places + j * 16), past = (code_vec)(named > first);
        store_code(places + j * 16, (named & past) | (first & ~past));
    }
}

CPOOL_INLINE void planes_aside(aside *a, T *y, RECORD_T *record, const T *x) {
    const cpool_planes *planes = a->planes;
    const ptrdiff_t taps = planes->kernel, height = planes->output[0], width = planes->output[1];
    const ptrdiff_t row = a->row, plane = height * width;
    T *values = a->rows + planes->rows * row;
    RECORD_T *codes = a->places + planes->rows * row;
    cpool_pass down = {.later = 1, .n_taps = taps, .pitch = row, .tap_pitch = row, .code_step = taps,
                       .flip = planes->flip};
    ptrdiff_t first_row = 0, made = 0;
    a->exact = 0;
    for (ptrdiff_t r = 0, end; r < height; r = end) {
        end = r + 8 < height ? r + 8 : height;
        /* A last block goes over the one before; what is separated again is no more than it has to be. */
        const ptrdiff_t block = height < 8 ? height : end - r > 4 ? 8 : 4, first = end - block;
        const ptrdiff_t from = (end - r) * width < 16 ? first : r, n = (end - from) * width;
        if (end + taps - 1 - first_row > planes->rows) {
            const size_t kept = (size_t)((made - first) * row);
            memmove(a->rows, a->rows + (first - first_row) * row, kept * sizeof *a->rows);
            if (record) memmove(a->places, a->places + (first - first_row) * row, kept * sizeof *a->places);
            first_row = first;
        }
        for (; made < end + taps - 1; made++) row_aside(a, x, made, made - first_row, record != NULL);
        down.value = a->rows + (first - first_row) * row, down.code = a->places + (first - first_row) * row;
        pass_aside(values, record ? codes : NULL, &down, block, row, a->exact);
        separate(y + from * width, plane, values + (from - first) * row, n);
        if (record) separate_codes(record + from * width, plane, codes + (from - first) * row, n);
    }
    a->padded = first_row == 0;
}

/* cpool_best_planes, as best_aside. */
static CPOOL_NOINLINE void best_aside(void *y, void *record, const void *x, const cpool_planes *planes, ptrdiff_t n) {
    const ptrdiff_t width = planes->output[1], plane = planes->output[0] * width, row = width * 16;
    const ptrdiff_t columns = planes->before[1] + planes->width + planes->kernel - 1; /* and that windows see no more */
    T *line = planes->copy, *rows = line + columns * 16, fill;
    memcpy(&fill, planes->fill, sizeof fill);
    aside a = {planes, row, line, rows, (RECORD_T *)(rows + (planes->rows + 8) * row), zero() + fill, 0, 0};
    for (ptrdiff_t i = 0; i < columns; i++) store(line + i * 16, a.outside);
    for (ptrdiff_t p = 0; p < n; p += 16) {
        if (p > n - 16) p = n - 16;
        planes_aside(&a, (T *)y + p * plane, record ? (RECORD_T *)record + p * plane : NULL,
                     (const T *)x + p * planes->plane);
    }
}
#undef best_aside
