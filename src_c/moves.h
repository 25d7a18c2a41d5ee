/*
 * moves.h - split, fill and scatter_put, for one size of element. Parameters: MOVE_T, an unsigned type of
 * that size, MOVE, its name, and MOVE_BYTES; MAX_VECTOR_BYTES as in kernels.h. Strides of 1 and 2 are nearly all there
 * is, so they have vectors: with the compiler's own, forward of 3x3 windows of bytes takes 2x, of 2x2 windows of 2
 * bytes 1.5x.
 */
#define SIZED(name) CPOOL_NAME3(name, MOVE, ISA)
#define PAIRS_OF(name, bytes) CPOOL_NAME3(name, MOVE, bytes)

#if CPOOL_HAS_SHUFFLE && MAX_VECTOR_BYTES >= 16
#define PAIR_VECTORS MAX_VECTOR_BYTES
#define VECTOR_BYTES 16
#include "pairs.h"
#else
#define PAIR_VECTORS 0
#endif
#if PAIR_VECTORS >= 32
#define VECTOR_BYTES 32
#include "pairs.h"
#endif
#if PAIR_VECTORS >= 64
#define VECTOR_BYTES 64
#include "pairs.h"
#endif

CPOOL_INLINE void SIZED(split_pairs_0)(MOVE_T *CPOOL_RESTRICT even, MOVE_T *CPOOL_RESTRICT odd,
                                       const MOVE_T *CPOOL_RESTRICT src, ptrdiff_t n_pairs) {
    for (ptrdiff_t j = 0; j < n_pairs; j++) {
        even[j] = src[2 * j];
        odd[j] = src[2 * j + 1];
    }
}

CPOOL_INLINE void SIZED(split_any)(MOVE_T *dst, const ptrdiff_t *phase, ptrdiff_t n_phases, const MOVE_T *src,
                                   ptrdiff_t step, ptrdiff_t width) {
    for (ptrdiff_t p = 0; p < n_phases && p < width; p++) {
        MOVE_T *CPOOL_RESTRICT to = dst + phase[p];
        const MOVE_T *CPOOL_RESTRICT from = src + p * step;
        const ptrdiff_t n = (width - p - 1) / n_phases + 1;
        for (ptrdiff_t j = 0; j < n; j++) to[j] = from[j * n_phases * step];
    }
}

/* One row after the other in src's order. Rows of one phase with steps of 1 are for pack. */
static void SIZED(split)(void *dst_, ptrdiff_t dst_pitch, const ptrdiff_t *phase, ptrdiff_t n_phases, const void *src_,
                         ptrdiff_t src_pitch, ptrdiff_t step, ptrdiff_t n, ptrdiff_t width) {
    const ptrdiff_t even = phase[0], odd = n_phases > 1 ? phase[1] : 0, pairs = width / 2;
    const MOVE_T *src = src_;
    MOVE_T *dst = dst_;
#define FOR_ROWS(body) \
    for (ptrdiff_t i = 0; i < n; i++, src += src_pitch, dst += dst_pitch) { body; }
#define SPLIT_ROWS(bytes) \
    FOR_ROWS(PAIRS_OF(split_pairs, bytes)(dst + even, dst + odd, src, pairs); \
             if (width % 2) dst[even + pairs] = src[width - 1])
    if (n_phases != 2 || step != 1) FOR_ROWS(SIZED(split_any)(dst, phase, n_phases, src, step, width))
#if PAIR_VECTORS >= 64
    else if (pairs >= 64 / MOVE_BYTES) SPLIT_ROWS(64)
#endif
#if PAIR_VECTORS >= 32
    else if (pairs >= 32 / MOVE_BYTES) SPLIT_ROWS(32)
#endif
#if PAIR_VECTORS >= 16
    else if (pairs >= 16 / MOVE_BYTES) SPLIT_ROWS(16)
#endif
    else FOR_ROWS(SIZED(split_pairs_0)(dst + even, dst + odd, src, pairs);
                  if (width % 2) dst[even + pairs] = src[width - 1])
#undef FOR_ROWS
#undef SPLIT_ROWS
}

static void SIZED(fill)(void *dst, ptrdiff_t dst_pitch, ptrdiff_t n, ptrdiff_t width, const void *value) {
    const MOVE_T fill = *(const MOVE_T *)value;
    for (ptrdiff_t i = 0; i < n; i++)
        for (ptrdiff_t j = 0; j < width; j++) ((MOVE_T *)dst)[i * dst_pitch + j] = fill;
}

#if MAX_VECTOR_BYTES == 0
void CPOOL_NAME3(cpool_scatter_put, MOVE, ISA)(void *plane, ptrdiff_t pitch, const void *y, const int64_t *indices,
                                               ptrdiff_t y_pitch, ptrdiff_t n) {
    for (ptrdiff_t i = 0; i < n; i++)
        ((MOVE_T *)plane)[indices[i * y_pitch] * pitch] = ((const MOVE_T *)y)[i * y_pitch];
}
#endif
#undef SIZED
#undef PAIRS_OF
#undef PAIR_VECTORS
