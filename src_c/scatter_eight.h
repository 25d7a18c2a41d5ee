/*
 * scatter_eight.h - backward of eight planes at once, for one dtype and records of bytes: vectors find out where a few
 * outputs go, then each dout is added there. Parameters: those of dtypes.h; MAX_VECTOR_BYTES.
 */
static void KERNEL(scatter_eight)(void *dx_, const void *dout_, const void *record_, const cpool_eight *planes) {
    typedef uint32_t index_vec __attribute__((vector_size(MAX_VECTOR_BYTES)));
    enum { AT_ONCE = 64, LANES_OF_INDEX = MAX_VECTOR_BYTES / 4 };
    const cpool_eight c = *planes;
    const uint32_t reciprocal = (65535 + c.kernel) / c.kernel; /* exact for codes of a byte */
    uint32_t index[8][AT_ONCE];
    SUM_T *dx = dx_;
    for (ptrdiff_t from = 0; from < c.n; from += AT_ONCE) {
        const ptrdiff_t n = c.n - from < AT_ONCE ? c.n - from : AT_ONCE;
        const SUM_T *dout = (const SUM_T *)dout_ + from;
        for (ptrdiff_t p = 0; p < 8; p++) {
            /* So many runs side by side the processor does not follow by itself: 1.0x to 1.3x (Zen 4). */
            ahead(dout + p * c.plane, AT_ONCE * (ptrdiff_t)sizeof(SUM_T), AT_ONCE * sizeof(SUM_T));
            ahead((const uint8_t *)record_ + p * c.plane + from, AT_ONCE, AT_ONCE);
            for (ptrdiff_t i = 0; i < n; i += LANES_OF_INDEX) {
                const uint8_t *codes = (const uint8_t *)record_ + p * c.plane + from + i;
                uint8_t rest[LANES_OF_INDEX] = {0};
                if (p * c.plane + from + i + LANES_OF_INDEX > c.n_codes)
                    codes = memcpy(rest, codes, (size_t)(n - i < LANES_OF_INDEX ? n - i : LANES_OF_INDEX));
                index_vec start, code = (index_vec)CPOOL_NAME4(widen, 1, 4, MAX_VECTOR_BYTES)(codes);
                memcpy(&start, c.start + from + i, sizeof start);
                start += (uint32_t)p * c.dx_plane + code * c.column + (code * reciprocal >> 16) * c.row;
                memcpy(&index[p][i], &start, sizeof start);
            }
        }
        for (ptrdiff_t i = 0; i < n; i++) {
            CPOOL_UNROLL
            for (int p = 0; p < 8; p++) {
                SUM_T *cell = dx + index[p][i];
                *cell = (SUM_T)ADD(*cell, dout[p * c.plane + i]);
            }
        }
    }
}
