/*
 * cpool_kernels.h - what the C side offers: tables of row kernels, one table an instruction set.
 *
 * A kernel knows rows, not geometry: it gets pointers and sizes, makes one pass, returns nothing. Its caller has
 * checked everything. Sizes, offsets and pitches are in elements, and every size is at least 1 but where it says else.
 */
#ifndef CPOOL_KERNELS_H
#define CPOOL_KERNELS_H

#include <stddef.h>
#include <stdint.h>

/* The names of dtypes and instruction sets. What a dtype is in C stands in dtypes.h, by the same names. */
#define CPOOL_FOR_EACH_DTYPE(X) \
    X(b8) X(i8) X(u8) X(i16) X(u16) X(i32) X(u32) X(i64) X(u64) X(f32) X(f64)
#define CPOOL_FOR_EACH_ISA(X) X(avx512) X(avx2) X(sse2) X(neon) X(scalar)

#define CPOOL_DTYPE_ENUM(dtype) CPOOL_##dtype,
enum cpool_dtype { CPOOL_FOR_EACH_DTYPE(CPOOL_DTYPE_ENUM) CPOOL_N_DTYPES };
enum cpool_op { CPOOL_MAX, CPOOL_MIN, CPOOL_N_OPS };

/* log2 of the bytes of an element: of a record's code, or of what gather and spread move. */
enum cpool_size { CPOOL_1_BYTE, CPOOL_2_BYTES, CPOOL_4_BYTES, CPOOL_8_BYTES, CPOOL_N_SIZES };

/*
 * The cells that one output row looks at: n_rows rows times n_taps taps. Output element (i, j) sees, for each row r and
 * tap t, value[r][i * pitch + tap[t] + j], whose place in the pooling window is the code row_code[r] + tap_code[t].
 */
typedef struct {
    const void *const *value; /* [n_rows] */
    const void *const *code;  /* [n_rows] records beside the values, at the same offsets; for window_sum */
    const int64_t *row_code;  /* [n_rows] */
    ptrdiff_t n_rows;
    const ptrdiff_t *tap;     /* [n_taps] */
    const int64_t *tap_code;  /* [n_taps] */
    ptrdiff_t n_taps;
    ptrdiff_t pitch;
} cpool_window;

/*
 * Forward: y[n][width] (rows y_pitch apart) is the first best element of each window in the order of rows and taps,
 * code (same shape and pitch; NULL: not wanted) is the place of that element.
 */
typedef void cpool_window_best(void *y, void *code, ptrdiff_t y_pitch, const cpool_window *window, ptrdiff_t n,
                               ptrdiff_t width);

/*
 * Backward: dx[n][width] (rows dx_pitch apart) is, starting from +0, the sum in the order of rows and taps of the
 * values whose record names this row and tap. (Of booleans: their logical or.)
 */
typedef void cpool_window_sum(void *dx, ptrdiff_t dx_pitch, const cpool_window *window, ptrdiff_t n, ptrdiff_t width);

/*
 * dst[n][before + width + after] = fill, then every step-th element of src[n][...], then fill; no other element is
 * read. Each of before, width and after may be 0.
 */
typedef void cpool_gather(void *dst, ptrdiff_t dst_pitch, const void *src, ptrdiff_t src_pitch, ptrdiff_t step,
                          ptrdiff_t n, ptrdiff_t before, ptrdiff_t width, ptrdiff_t after, const void *fill);

/*
 * dst[i * dst_pitch + j * step + p] = src[p * src_phase + i * src_pitch + j], i < n, j < width, p < n_phases <= step.
 */
typedef void cpool_spread(void *dst, ptrdiff_t dst_pitch, ptrdiff_t step, const void *src, ptrdiff_t src_pitch,
                          ptrdiff_t src_phase, ptrdiff_t n_phases, ptrdiff_t n, ptrdiff_t width);

/*
 * One plane, whose cells lie `pitch` apart: scatter_add adds dout[n] to dx at the indices, in their order; scatter_put
 * writes y[n] there, so that the last of equal indices wins. The indices are checked; the plane has been cleared; n may
 * be 0.
 */
typedef void cpool_scatter(void *plane, ptrdiff_t pitch, const void *values, const int64_t *indices,
                           ptrdiff_t values_pitch, ptrdiff_t n);

typedef struct {
    const char *isa;
    cpool_window_best *window_best[CPOOL_N_OPS][CPOOL_N_DTYPES][CPOOL_N_SIZES]; /* last index: the record's type */
    cpool_window_sum *window_sum[CPOOL_N_DTYPES][CPOOL_N_SIZES];
    cpool_scatter *scatter_add[CPOOL_N_DTYPES];
    cpool_scatter *scatter_put[CPOOL_N_SIZES]; /* last index here and below: the element's size */
    cpool_gather *gather[CPOOL_N_SIZES];
    cpool_spread *spread[CPOOL_N_SIZES];
} cpool_kernels;

/*
 * The tables built into this library, best first, NULL at the end; which of them the processor and the system can run.
 */
extern const cpool_kernels *const cpool_built[];
int cpool_usable(const cpool_kernels *kernels);

#endif
