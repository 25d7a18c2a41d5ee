/*
 * kernels.h - all kernels of one instruction set and their table. Parameters: ISA, its name; MAX_VECTOR_BYTES, its
 * widest vector (0: plain elements only). Whoever includes this has opened the target region (compiler.h) and the
 * codes_*.h of the ISA.
 */
#include <string.h>

#include "compiler.h"
#include "shuffles.h"

#define KERNEL(stage) CPOOL_NAME4(stage, DTYPE, RECORD, ISA)
#define OF_WIDTH(stage, bytes) CPOOL_NAME4(stage, DTYPE, RECORD, bytes)
/* One of each width that this instruction set has, from the widest down; and plain elements. */
#define VECTORS_64(stage) OF_WIDTH(stage, 64), VECTORS_32(stage)
#define VECTORS_32(stage) OF_WIDTH(stage, 32), VECTORS_16(stage)
#define VECTORS_16(stage) OF_WIDTH(stage, 16),
#define VECTORS_0(stage)
#define FROM_WIDEST_VECTOR(stage) CPOOL_NAME2(VECTORS, MAX_VECTOR_BYTES)(stage)
#define FROM_WIDEST(stage) FROM_WIDEST_VECTOR(stage) OF_WIDTH(stage, 0)

#define HAS_STREAMS (CPOOL_BUILD_X86 && MAX_VECTOR_BYTES)
/* In vectors of 16 bytes sums of rows take 1.3x to 2x of scattering. */
#define HAS_SUMS_OF_ROWS (CPOOL_HAS_SHUFFLE && MAX_VECTOR_BYTES >= 32)
#define HAS_WIDE_PAIRS (CPOOL_HAS_SHUFFLE || MAX_VECTOR_BYTES == 0)
/* Stride 2 of elements of 1 and 2 bytes straight from x: 1.2x to 4x, but SSE2 has no shuffle of bytes. */
#define HAS_SMALL_PAIRS (CPOOL_HAS_SHUFFLE && (MAX_VECTOR_BYTES >= 32 || (MAX_VECTOR_BYTES && CPOOL_BUILD_NEON)))

/* How many of this instruction set's vectors, from the widest down, a row of so many bytes does not fill. */
CPOOL_INLINE int vectors_too_wide(ptrdiff_t row_bytes) {
    int too_wide = 0;
    for (ptrdiff_t bytes = MAX_VECTOR_BYTES; bytes >= 16 && bytes > row_bytes; bytes /= 2) too_wide++;
    return too_wide;
}

/* Whether it is one vector, of those that so many others are wider than. */
CPOOL_INLINE int is_one_vector(ptrdiff_t row_bytes, int wider) {
    return row_bytes >= 16 && row_bytes == MAX_VECTOR_BYTES >> wider;
}

CPOOL_INLINE void ahead(const void *src, ptrdiff_t n_bytes, ptrdiff_t distance) {
    for (ptrdiff_t j = 0; j < n_bytes; j += 64) CPOOL_PREFETCH_TO_READ((const char *)src + j + distance);
}

/* The same into the first cache, where what is asked for meanwhile leaves it there. */
CPOOL_INLINE void shortly_ahead(const void *src, ptrdiff_t n_bytes, ptrdiff_t distance) {
    for (ptrdiff_t j = 0; j < n_bytes; j += 64) CPOOL_PREFETCH_TO_READ_SOON((const char *)src + j + distance);
}

/*
 * The lines of n_bytes that are written soon. Stores wait for them one after the other, the longer where vectors cross
 * lines (NumPy's arrays begin at 16 modulo 64) or go to several rows, or to y and the record, by turns: 0.9x to 1.5x
 * outside the first cache (Xeon). If not all are asked for 0.7x to 0.9x.
 */
CPOOL_INLINE void ahead_to_write(const void *dst, ptrdiff_t n_bytes) {
    for (ptrdiff_t j = 0; j < n_bytes; j += 64) CPOOL_PREFETCH_TO_WRITE((const char *)dst + j);
}
enum { SOON_WRITTEN = 128 }; /* bytes from what is written now; 512 of channels last 0.9x to 1.0x */

/* Whether what is asked for so far ahead comes from memory. */
CPOOL_INLINE int is_from_memory(ptrdiff_t distance) { return distance > 2 * CPOOL_AHEAD_BYTES; }

#include "copies.h"

/* How many of n rows may be written `written` cells long, pitch apart, within the first `room` cells. */
CPOOL_INLINE ptrdiff_t loose_rows(ptrdiff_t n, ptrdiff_t pitch, ptrdiff_t written, ptrdiff_t room) {
    if (room >= (n - 1) * pitch + written) return n;
    return room < written ? 0 : (room - written) / pitch + 1;
}

/* The nearest of so many cells. */
CPOOL_INLINE ptrdiff_t clamped(ptrdiff_t cell, ptrdiff_t length) {
    return cell < 0 ? 0 : cell < length ? cell : length - 1;
}

/* Some rows of y, done in vectors of one width; not loose: as many columns as a vector has, or more. */
typedef struct {
    ptrdiff_t row, end_row, width;
    int loose;   /* rows may be written past their end */
    int streams; /* cpool_spread: past the caches */
} row_part;
typedef void best_of_width(void *y, void *record, ptrdiff_t y_pitch, const cpool_window *window, row_part part);

/*
 * cpool_window_best in the widest vectors that a row fills. A row that fills none and may be loose takes the next
 * wider vector: one step for 7 floats, not two.
 */
CPOOL_INLINE void best_in_vectors(best_of_width *const *of_width, ptrdiff_t item, void *y, void *record,
                                  ptrdiff_t y_pitch, const cpool_window *window, ptrdiff_t n, ptrdiff_t width,
                                  ptrdiff_t room) {
    /* From memory in vectors of 32 bytes: 1.0x to 1.3x; 0.9x where the last cache holds much of it (Zen 4). */
    const int widest = MAX_VECTOR_BYTES == 64 && window->streams, fits = vectors_too_wide(width * item);
    const int exact = fits > widest ? fits : widest;
    const int loose = exact - (exact > widest && !is_one_vector(width * item, exact));
    const ptrdiff_t lanes = MAX_VECTOR_BYTES >> loose > item ? (MAX_VECTOR_BYTES >> loose) / item : 1;
    const ptrdiff_t n_loose = loose_rows(n, y_pitch, (width + lanes - 1) & -lanes, room);
    const row_part loose_part = {0, n_loose, width, 1, 0}, exact_part = {n_loose, n, width, 0, 0};
    if (n_loose > 0) of_width[loose](y, record, y_pitch, window, loose_part);
    if (n > n_loose) of_width[exact](y, record, y_pitch, window, exact_part);
}

/* cpool_spread in vectors of one width. */
typedef void spread_of_width(void *dx, ptrdiff_t dx_pitch, const void *dout, const void *record, const cpool_taps *taps,
                             ptrdiff_t width, row_part part);

/* apart: columns of dx from an output's cell to the next one's. */
CPOOL_INLINE void spread_in_vectors(spread_of_width *const *of_width, ptrdiff_t item, ptrdiff_t apart, void *dx,
                                    ptrdiff_t dx_pitch, const void *dout, const void *record, const cpool_taps *taps,
                                    ptrdiff_t n_lines, ptrdiff_t line, ptrdiff_t n, ptrdiff_t width, ptrdiff_t room,
                                    int streams) {
    const int exact = vectors_too_wide(width * item);
    const int loose = exact - (exact > 0 && !is_one_vector(width * item, exact));
    const ptrdiff_t lanes = MAX_VECTOR_BYTES >> loose > item ? (MAX_VECTOR_BYTES >> loose) / item : 1;
    ptrdiff_t n_loose = 0, steps = (ptrdiff_t)dx | (line | dx_pitch | apart * width) * item;
    for (ptrdiff_t t = 0; t < taps->n; t += apart) steps |= taps->offset[t] * item;
    if (loose < exact) {
        /* As far as dx may be written and dout be read. */
        n_loose = loose_rows(n, dx_pitch, taps->offset[taps->n - 1] + apart * lanes, room);
        const ptrdiff_t n_read = loose_rows(n, width, lanes, n * width);
        if (n_read < n_loose) n_loose = n_read;
    }
    /* Of rows of x a last vector's part is streamed, of channels none, which do not have it. */
    streams = streams && exact == 0 && steps % 16 == 0 && (apart > 1 || (width & (lanes - 1)) == 0);
    const row_part loose_part = {0, n_loose, width, 1, 0}, exact_part = {n_loose, n, width, 0, streams};
    for (ptrdiff_t i = 0; i < n_lines; i++) {
        char *const to = (char *)dx + i * line * item;
        const char *const from = (const char *)dout + i * n * width * item;
        const char *const codes = (const char *)record + i * n * width;
        if (n_loose > 0) of_width[loose](to, dx_pitch, from, codes, taps, width, loose_part);
        if (n > n_loose) of_width[exact](to, dx_pitch, from, codes, taps, width, exact_part);
    }
}

#include "dtypes.h"

#define MOVE u8
#define MOVE_T uint8_t
#include "moves.h"
#define MOVE u16
#define MOVE_T uint16_t
#include "moves.h"
#define MOVE u32
#define MOVE_T uint32_t
#include "moves.h"
#define MOVE u64
#define MOVE_T uint64_t
#include "moves.h"

#define OF_SIZES(name, isa) \
    CPOOL_NAME3(name, u8, isa), CPOOL_NAME3(name, u16, isa), CPOOL_NAME3(name, u32, isa), CPOOL_NAME3(name, u64, isa)
/* What has no vector form is the scalar table's in every table. */
#define DECLARE_BEST(dtype, stage) cpool_window_best OF_SIZES(stage##_##dtype, scalar);
#define DECLARE_SUMS(dtype, stage) \
    cpool_scatter cpool_scatter_add_##dtype##_scalar; \
    cpool_scatter_record stage##_##dtype##_u8_scalar, stage##_##dtype##_u16_scalar;
CPOOL_FOR_EACH_KEY(DECLARE_BEST, cpool_window_best)
CPOOL_FOR_EACH_DTYPE(DECLARE_SUMS, cpool_scatter_record)
cpool_scatter OF_SIZES(cpool_scatter_put, scalar);

/* Of records of bytes; of bytes and of 2 bytes; of all, of which the wider ones are the scalar table's. */
#define SLOT(dtype, stage) [CPOOL_##dtype] = CPOOL_NAME4(stage, dtype, u8, ISA),
#define SLOT_OF_2(dtype, stage) {CPOOL_NAME4(stage, dtype, u8, ISA), CPOOL_NAME4(stage, dtype, u16, ISA)},
#define SLOT_OF_4(dtype, stage) \
    {CPOOL_NAME4(stage, dtype, u8, ISA), stage##_##dtype##_u16_scalar, stage##_##dtype##_u32_scalar, \
     stage##_##dtype##_u64_scalar},
#define RECORD_SLOT(dtype, stage) {stage##_##dtype##_u8_scalar, stage##_##dtype##_u16_scalar},
#define ADD_SLOT(dtype, stage) stage##_##dtype##_scalar,
#define EACH_WIDE(X, arg) X(i32, arg) X(i64, arg) X(f32, arg) X(f64, arg)
#define RINGS(dtype, stage) [CPOOL_##dtype] = SLOT_OF_2(dtype, stage)
#define TABLE CPOOL_NAME2(cpool_kernels, ISA)

extern const cpool_kernels TABLE;
const cpool_kernels TABLE = {
    .isa = CPOOL_STRING(ISA),
    .vector_bytes = MAX_VECTOR_BYTES,
    .window_best = {CPOOL_FOR_EACH_KEY(SLOT_OF_4, cpool_window_best)},
    .best_along = {CPOOL_FOR_EACH_KEY(SLOT_OF_2, best_along)},
    .best_down = {CPOOL_FOR_EACH_KEY(SLOT_OF_2, best_down)},
    .best_one = {CPOOL_FOR_EACH_KEY(SLOT, best_one)},
    .sum_record = {CPOOL_FOR_EACH_DTYPE(SLOT, sum_record)},
    .spread_cells = {CPOOL_FOR_EACH_DTYPE(SLOT, spread_cells)},
#if MAX_VECTOR_BYTES
    .best_planes = {CPOOL_FOR_EACH_KEY(SLOT, best_planes)},
    .best_pixels = {CPOOL_FOR_EACH_KEY(SLOT, best_pixels)},
    .best_ring = {[CPOOL_b8] = {CPOOL_NAME4(best_ring, b8, u8, ISA)},
                  [CPOOL_i8] = {CPOOL_NAME4(best_ring, i8, u8, ISA)},
                  RINGS(i16, best_ring) EACH_WIDE(RINGS, best_ring) RINGS(min_f32, best_ring)},
    .sum_same = {CPOOL_FOR_EACH_DTYPE(SLOT, sum_same)},
#endif
#if MAX_VECTOR_BYTES >= 32
    .best_aside = {SLOT(i32, best_aside) SLOT(f32, best_aside) SLOT(min_f32, best_aside)},
#endif
#if HAS_SMALL_PAIRS
    .window_best_pairs = {EACH_WIDE(SLOT, window_best_pairs) SLOT(min_f32, window_best_pairs)
                              SLOT(b8, window_best_pairs) SLOT(i8, window_best_pairs) SLOT(i16, window_best_pairs)},
#elif HAS_WIDE_PAIRS
    .window_best_pairs = {EACH_WIDE(SLOT, window_best_pairs) SLOT(min_f32, window_best_pairs)},
#endif
#if HAS_WIDE_PAIRS
    .spread_pairs = {EACH_WIDE(SLOT, spread_pairs)},
#endif
#if HAS_SUMS_OF_ROWS
    .sum_rows = {EACH_WIDE(SLOT, sum_rows)},
#endif
    .scatter_record = {CPOOL_FOR_EACH_DTYPE(RECORD_SLOT, cpool_scatter_record)},
    .scatter_add = {CPOOL_FOR_EACH_DTYPE(ADD_SLOT, cpool_scatter_add)},
    .scatter_put = {OF_SIZES(cpool_scatter_put, scalar)},
    .split = {OF_SIZES(split, ISA)},
    .fill = {OF_SIZES(fill, ISA)},
    .pack = pack,
#if HAS_STREAMS
    .pack_past = pack_past,
#endif
};
