/*
 * moves.h - gather and spread, for one size of element. Parameters: MOVE_T, an unsigned type of that size, MOVE, its
 * name, and MOVE_BYTES; MAX_VECTOR_BYTES as in kernels.h. Strides of 1 and 2 are nearly all there is, so those have
 * loops of their own, 4- and 8-byte elements explicit vectors: with the compiler's own, forward of 2x2 windows on 28x28
 * planes takes 1.2x.
 */
#define SIZED(name) CPOOL_NAME3(name, MOVE, ISA)
#define PAIRS_OF(name, bytes) CPOOL_NAME3(name, MOVE, bytes)

#if CPOOL_HAS_SHUFFLE && MOVE_BYTES >= 4 && MAX_VECTOR_BYTES >= 16
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

static void SIZED(gather_pairs)(MOVE_T *CPOOL_RESTRICT dst, const MOVE_T *CPOOL_RESTRICT src, ptrdiff_t width) {
#if PAIR_VECTORS >= 64
    if (width >= 64 / MOVE_BYTES) { PAIRS_OF(gather_pairs, 64)(dst, src, width); return; }
#endif
#if PAIR_VECTORS >= 32
    if (width >= 32 / MOVE_BYTES) { PAIRS_OF(gather_pairs, 32)(dst, src, width); return; }
#endif
#if PAIR_VECTORS >= 16
    if (width >= 16 / MOVE_BYTES) { PAIRS_OF(gather_pairs, 16)(dst, src, width); return; }
#endif
    for (ptrdiff_t j = 0; j < width; j++) dst[j] = src[2 * j];
}

static void SIZED(spread_pairs)(MOVE_T *CPOOL_RESTRICT dst, const MOVE_T *CPOOL_RESTRICT even,
                                const MOVE_T *CPOOL_RESTRICT odd, ptrdiff_t width) {
#if PAIR_VECTORS >= 64
    if (width >= 64 / MOVE_BYTES) { PAIRS_OF(spread_pairs, 64)(dst, even, odd, width); return; }
#endif
#if PAIR_VECTORS >= 32
    if (width >= 32 / MOVE_BYTES) { PAIRS_OF(spread_pairs, 32)(dst, even, odd, width); return; }
#endif
#if PAIR_VECTORS >= 16
    if (width >= 16 / MOVE_BYTES) { PAIRS_OF(spread_pairs, 16)(dst, even, odd, width); return; }
#endif
    for (ptrdiff_t j = 0; j < width; j++) {
        dst[2 * j] = even[j];
        dst[2 * j + 1] = odd[j];
    }
}

static void SIZED(gather)(void *dst_, ptrdiff_t dst_pitch, const void *src_, ptrdiff_t src_pitch, ptrdiff_t step,
                          ptrdiff_t n, ptrdiff_t before, ptrdiff_t width, ptrdiff_t after, const void *fill_) {
    const MOVE_T fill = *(const MOVE_T *)fill_;
    for (ptrdiff_t i = 0; i < n; i++) {
        MOVE_T *dst = (MOVE_T *)dst_ + i * dst_pitch;
        const MOVE_T *src = (const MOVE_T *)src_ + i * src_pitch;
        for (ptrdiff_t j = 0; j < before; j++) *dst++ = fill;
        if (step == 1) memcpy(dst, src, (size_t)width * sizeof *dst);
        else if (step == 2) SIZED(gather_pairs)(dst, src, width);
        else for (ptrdiff_t j = 0; j < width; j++) dst[j] = src[j * step];
        dst += width;
        for (ptrdiff_t j = 0; j < after; j++) *dst++ = fill;
    }
}

static void SIZED(spread)(void *dst_, ptrdiff_t dst_pitch, ptrdiff_t step, const void *src_, ptrdiff_t src_pitch,
                          ptrdiff_t src_phase, ptrdiff_t n_phases, ptrdiff_t n, ptrdiff_t width) {
    for (ptrdiff_t i = 0; i < n; i++) {
        MOVE_T *dst = (MOVE_T *)dst_ + i * dst_pitch;
        const MOVE_T *src = (const MOVE_T *)src_ + i * src_pitch;
        if (step == 2 && n_phases == 2) {
            SIZED(spread_pairs)(dst, src, src + src_phase, width);
            continue;
        }
        for (ptrdiff_t p = 0; p < n_phases; p++)
            for (ptrdiff_t j = 0; j < width; j++) dst[j * step + p] = src[p * src_phase + j];
    }
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
