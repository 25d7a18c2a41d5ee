/*
 * moves.h - split, fill and scatter_put, for one size of element. Parameters: MOVE_T, an unsigned type of that size,
 * and MOVE, its name.
 */
#define SIZED(name) CPOOL_NAME3(name, MOVE, ISA)

CPOOL_INLINE void SIZED(split_any)(MOVE_T *dst, ptrdiff_t image, ptrdiff_t at, ptrdiff_t n_phases, const MOVE_T *src,
                                   ptrdiff_t step, ptrdiff_t width) {
    for (ptrdiff_t p = 0; p < n_phases && p < width; p++) {
        MOVE_T *CPOOL_RESTRICT to = dst + (at + p) % n_phases * image + (at + p) / n_phases;
        const MOVE_T *CPOOL_RESTRICT from = src + p * step;
        const ptrdiff_t n = (width - p - 1) / n_phases + 1;
        for (ptrdiff_t j = 0; j < n; j++) to[j] = from[j * n_phases * step];
    }
}

/* One row after the other in src's order. Rows of one phase with steps of 1 are for pack. */
static void SIZED(split)(void *dst_, ptrdiff_t dst_pitch, ptrdiff_t image, ptrdiff_t at, ptrdiff_t n_phases,
                         const void *src_, ptrdiff_t src_pitch, ptrdiff_t step, ptrdiff_t n, ptrdiff_t width) {
    const MOVE_T *src = src_;
    MOVE_T *dst = dst_;
    for (ptrdiff_t i = 0; i < n; i++, src += src_pitch, dst += dst_pitch) {
        /* Of neighbouring columns, few phases: the compiler has vectors for them, 1.5x to 1.8x of the whole call. */
#define SPLIT(n_phases, step) SIZED(split_any)(dst, image, at, n_phases, src, step, width)
        switch (step == 1 ? n_phases : 0) {
        case 2: SPLIT(2, 1); break;
        case 3: SPLIT(3, 1); break;
        case 4: SPLIT(4, 1); break;
        default: SPLIT(n_phases, step);
        }
#undef SPLIT
    }
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
#undef MOVE
#undef MOVE_T
