/*
 * window_aside.h - forward of square windows over as many whole planes at a time as a vector has lanes, for one dtype
 * of 4 bytes and records of bytes. Parameters: the vocabulary of width_kernels.h, which includes it, and the passes of
 * window_passes.h.
 *
 * Where planes lie side by side, all windows begin at whole vectors, and no tap is compared that is not there. Against
 * passes over each plane's own rows 1.1x to 2.4x at stride 1 (9x9 in planes of 20x20 1.75x with AVX-512, 1.3x with
 * AVX2), 1.3x to 3.5x at other strides, 8x to 17x where the window is the whole plane (Zen 5).
 */
#define aside NAMED(aside)
#define interleave NAMED(interleave)
#define separate NAMED(separate)
#define separate_codes NAMED(separate_codes)
#define pass_aside NAMED(pass_aside)
#define along_aside NAMED(along_aside)
#define down_aside NAMED(down_aside)
#define planes_aside NAMED(planes_aside)

#define RAW_VEC CPOOL_NAME2(raw, VECTOR_BYTES)
#define OF_VEC(name) INTRINSIC(VECTOR_BYTES, name)
/* What v[0] to v[3] have in one place of a block of 16 bytes comes to lie side by side: of 4 bytes each, transposed. */
#define ZIP(epi, a, b) OF_VEC(unpacklo_##epi)(a, b), OF_VEC(unpackhi_##epi)(a, b)
#define TRANSPOSE(epi, v) \
    do { \
        const RAW_VEC half[4] = {ZIP(epi, v[0], v[2]), ZIP(epi, v[1], v[3])}; \
        const RAW_VEC whole[4] = {ZIP(epi, half[0], half[2]), ZIP(epi, half[1], half[3])}; \
        memcpy(v, whole, sizeof whole); \
    } while (0)

/*
 * dst[n][LANES] of n >= 4 elements of rows `plane` apart; whether any is NaN. next: what is asked for meanwhile, as
 * much of the planes that come next; without that so many streams wait for memory.
 */
static CPOOL_NOINLINE int interleave(T *dst, const T *src, ptrdiff_t plane, ptrdiff_t n, const T *next) {
    best_mask nan = {0};
    for (ptrdiff_t i = 0; i < n; i += 4) {
        RAW_VEC v[4];
        if (i > n - 4) i = n - 4;
        CPOOL_UNROLL
        for (int r = 0; r < 4; r++)
            v[r] = CPOOL_NAME2(gather_blocks, VECTOR_BYTES)(src + i + r * plane, 4 * plane * BYTES);
        ahead(next + i * LANES, 4 * VECTOR_BYTES, 0);
        note_nan(&nan, (vec)v[0], (vec)v[1]);
        note_nan(&nan, (vec)v[2], (vec)v[3]);
        TRANSPOSE(epi32, v);
        CPOOL_UNROLL
        for (int r = 0; r < 4; r++) store(dst + (i + r) * LANES, (vec)v[r]);
    }
    return any_nan(nan);
}

/* The opposite, of n outputs; the next planes' are asked for too: 1.3x. */
static CPOOL_NOINLINE void separate(T *dst, ptrdiff_t plane, const T *src, ptrdiff_t n) {
    for (ptrdiff_t i = 0; n < LANES && i < n * LANES; i++) dst[i / LANES + i % LANES * plane] = src[i];
    if (n < LANES) return;
    for (ptrdiff_t i = 0; i < n; i += LANES) {
        if (i > n - LANES) i = n - LANES;
        CPOOL_UNROLL
        for (int p = 0; p < LANES; p += 4) {
            RAW_VEC v[4];
            ahead(dst + LANES * (plane + i + p), 4 * VECTOR_BYTES, 0);
            CPOOL_UNROLL
            for (int r = 0; r < 4; r++)
                v[r] = CPOOL_NAME2(gather_blocks, VECTOR_BYTES)(src + (i + r) * LANES + p, 4 * VECTOR_BYTES);
            TRANSPOSE(epi32, v);
            CPOOL_UNROLL
            for (int r = 0; r < 4; r++) store(dst + i + (p + r) * plane, (vec)v[r]);
        }
    }
}

/* The same of n codes. */
static CPOOL_NOINLINE void separate_codes(RECORD_T *dst, ptrdiff_t plane, const RECORD_T *src, ptrdiff_t n) {
    /* 4x4 transposed: of a block's bytes, and, widened, of a vector's fours of bytes. */
    const raw_16 byte = _mm_set_epi8(15, 11, 7, 3, 14, 10, 6, 2, 13, 9, 5, 1, 12, 8, 4, 0);
    for (ptrdiff_t i = 0; n < 16 && i < n * LANES; i++) dst[i / LANES + i % LANES * plane] = src[i];
    if (n < 16) return;
    for (ptrdiff_t i = 0; i < n; i += 16) {
        RAW_VEC v[4];
        if (i > n - 16) i = n - 16;
        ahead(dst + LANES * (plane + i), 16 * LANES, 0);
        CPOOL_UNROLL
        for (int r = 0; r < 4; r++) memcpy(&v[r], src + (i + 4 * r) * LANES, sizeof v[r]);
        TRANSPOSE(epi8, v);
#if VECTOR_BYTES == 32
        const RAW_VEC two[4] = {ZIP(epi32, v[0], v[2]), ZIP(epi32, v[1], v[3])};
#endif
        CPOOL_UNROLL
        for (int r = 0; r < 4; r++) {
#if VECTOR_BYTES == 64
            v[r] = _mm512_permutexvar_epi32(_mm512_cvtepu8_epi32(byte), v[r]);
            v[r] = _mm512_shuffle_epi8(v[r], _mm512_broadcast_i32x4(byte));
#else
            v[r] = _mm256_shuffle_epi8(_mm256_permute4x64_epi64(two[r], 0xd8), _mm256_broadcastsi128_si256(byte));
#endif
            CPOOL_NAME2(scatter_blocks, VECTOR_BYTES)(dst + i + LANES / 4 * r * plane, plane, v[r]);
        }
    }
}

/* What lies in the room of the planes' copy. */
typedef struct {
    const cpool_planes *planes;
    ptrdiff_t row;   /* elements of a row of so many planes' outputs */
    T *line;         /* a row of x, */
    T *rows;         /* its windows' winners, of the rows that come next, */
    PLACE_T *places; /* and their places */
} aside;

/* Rows of winners, `width` wide, of windows a tap apart. later: down rows of winners, else along a row of x. */
CPOOL_INLINE void pass_aside(T *y, void *codes, const cpool_pass *pass, ptrdiff_t n, ptrdiff_t width, const int later,
                             const int has_place, const int exact) {
#define ROWS(block, ordered) \
    down_rows(y, codes, pass->tap_pitch, pass, n, width, 0, block, 0, later, has_place, ordered, 1)
    if (exact) ROWS(0, 0);
    else if (n < 4 || pass->stride > 1) ROWS(0, IS_ORDERED);
    else if (n >= 8 && pass->n_taps >= 8) ROWS(8, IS_ORDERED);
    else ROWS(4, IS_ORDERED);
#undef ROWS
}

/* Along a row of x, and down rows of winners. */
static CPOOL_NOINLINE void along_aside(T *y, PLACE_T *places, const aside *a, int exact) {
    const cpool_planes *planes = a->planes;
    const cpool_pass pass = {.value = a->line, .n_taps = planes->kernel, .stride = planes->stride,
                             .pitch = planes->stride * LANES, .tap_pitch = LANES, .code_step = 1,
                             .flip = planes->flip, .before = planes->before[1], .n_cells = planes->width};
    const int has_place = places != NULL;
    CPOOL_CONSTANT(has_place, pass_aside(y, places, &pass, planes->output[1], LANES, 0, has_place, exact));
}

static CPOOL_NOINLINE void down_aside(T *y, RECORD_T *record, const aside *a, ptrdiff_t before, ptrdiff_t n_cells,
                                      ptrdiff_t n, int exact) {
    const cpool_planes *planes = a->planes;
    const cpool_pass pass = {.value = a->rows, .code = a->places, .n_taps = planes->kernel, .stride = planes->stride,
                             .pitch = planes->stride * a->row, .tap_pitch = a->row, .code_step = planes->kernel,
                             .flip = planes->flip, .before = before, .n_cells = n_cells};
    const int has_place = record != NULL;
    CPOOL_CONSTANT(has_place, pass_aside(y, record, &pass, n, a->row, 1, has_place, exact));
}

CPOOL_INLINE void planes_aside(const aside *a, T *y, RECORD_T *record, const T *x) {
    const cpool_planes *planes = a->planes;
    const ptrdiff_t height = planes->output[0], width = planes->output[1], row = a->row, plane = height * width;
    T *values = a->rows + planes->rows * row;
    RECORD_T *codes = (RECORD_T *)(a->places + planes->rows * row);
    ptrdiff_t first_row = 0, made = 0; /* of x: in scratch are the winners of those from the one to the other */
    int exact = 0;
    for (ptrdiff_t r = 0, end; r < height; r = end) {
        end = r + planes->block < height ? r + planes->block : height;
        /* A last block of stride 1 goes over the one before; what is separated again is no more than it has to be. */
        const ptrdiff_t block = planes->stride > 1 || height < 8 ? end - r : end - r > 4 ? 8 : 4, first = end - block;
        const ptrdiff_t from = (end - r) * width < 16 ? first : r, n = (end - from) * width;
        /* The rows that windows of this block see, and those of them that x has. */
        const ptrdiff_t above = first * planes->stride - planes->before[0];
        const ptrdiff_t below = above + (block - 1) * planes->stride + planes->kernel;
        const ptrdiff_t first_seen = above > 0 ? above : 0, end_seen = below < planes->height ? below : planes->height;
        if (end_seen - first_row > planes->rows) {
            if (made > first_seen) {
                const size_t kept = (size_t)((made - first_seen) * row);
                memmove(a->rows, a->rows + (first_seen - first_row) * row, kept * sizeof *a->rows);
                if (record) memmove(a->places, a->places + (first_seen - first_row) * row, kept * sizeof *a->places);
            } else made = first_seen;
            first_row = first_seen;
        }
        for (; made < end_seen; made++) {
            const ptrdiff_t at = (made - first_row) * row;
            exact |= interleave(a->line, x + made * planes->row, planes->plane, planes->width,
                                x + LANES * (planes->plane + made * planes->width));
            along_aside(a->rows + at, record ? a->places + at : NULL, a, exact);
        }
        down_aside(values, record ? codes : NULL, a, first_row - above, planes->height - first_row, block, exact);
        separate(y + from * width, plane, values + (from - first) * row, n);
        if (record) separate_codes(record + from * width, plane, codes + (from - first) * row, n);
    }
}

/* cpool_best_planes, as best_aside. */
static CPOOL_NOINLINE void KERNEL(best_aside)(void *y, void *record, const void *x, const cpool_planes *planes,
                                              ptrdiff_t n) {
    const ptrdiff_t plane = planes->output[0] * planes->output[1], row = planes->output[1] * LANES;
    T *line = planes->copy, *rows = line + planes->width * LANES;
    const aside a = {planes, row, line, rows, (PLACE_T *)(rows + (planes->rows + planes->block) * row)};
    for (ptrdiff_t p = 0; p < n; p += LANES) {
        if (p > n - LANES) p = n - LANES;
        planes_aside(&a, (T *)y + p * plane, record ? (RECORD_T *)record + p * plane : NULL,
                     (const T *)x + p * planes->plane);
    }
}
