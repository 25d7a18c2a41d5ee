/*
 * moves.h - gather and spread, for one size of element. Parameters: MOVE_T, an unsigned type of that size, and MOVE, its name.
 * Steps of 1 and 2 are written out: they are nearly all there is, and a compiler can make vectors of them.
 */
#define SIZED(name) CPOOL_NAME3(name, MOVE, ISA)

static void SIZED(gather_row)(MOVE_T *restrict dst, const MOVE_T *restrict src, ptrdiff_t step, ptrdiff_t width) {
    if (step == 1) memcpy(dst, src, (size_t)width * sizeof *dst);
    else if (step == 2) for (ptrdiff_t j = 0; j < width; j++) dst[j] = src[2 * j];
    else for (ptrdiff_t j = 0; j < width; j++) dst[j] = src[j * step];
}

static void SIZED(gather)(void *dst_, ptrdiff_t dst_pitch, const void *src_, ptrdiff_t src_pitch, ptrdiff_t step, ptrdiff_t n,
                          ptrdiff_t before, ptrdiff_t width, ptrdiff_t after, const void *fill_) {
    const MOVE_T fill = *(const MOVE_T *)fill_;
    for (ptrdiff_t i = 0; i < n; i++) {
        MOVE_T *dst = (MOVE_T *)dst_ + i * dst_pitch;
        for (ptrdiff_t j = 0; j < before; j++) *dst++ = fill;
        SIZED(gather_row)(dst, (const MOVE_T *)src_ + i * src_pitch, step, width);
        dst += width;
        for (ptrdiff_t j = 0; j < after; j++) *dst++ = fill;
    }
}

static void SIZED(spread_pairs)(MOVE_T *restrict dst, const MOVE_T *restrict even, const MOVE_T *restrict odd,
                                ptrdiff_t width) {
    for (ptrdiff_t j = 0; j < width; j++) {
        dst[2 * j] = even[j];
        dst[2 * j + 1] = odd[j];
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
