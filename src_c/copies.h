/* copies.h - pack: bytes as they are. Parameters: MAX_VECTOR_BYTES; the codes_*.h of the ISA. */
#if MAX_VECTOR_BYTES
typedef uint8_t widest_bytes __attribute__((vector_size(MAX_VECTOR_BYTES)));
#endif
/* As memcpy, which GCC 12 does in vectors of 16 bytes. */
CPOOL_INLINE void copy_bytes(char *CPOOL_RESTRICT dst, const char *CPOOL_RESTRICT src, const ptrdiff_t n_bytes) {
    ptrdiff_t j = 0;
#if MAX_VECTOR_BYTES
    for (; j + MAX_VECTOR_BYTES <= n_bytes; j += MAX_VECTOR_BYTES) {
        widest_bytes v;
        memcpy(&v, src + j, sizeof v);
        memcpy(dst + j, &v, sizeof v);
    }
#endif
    if (j < n_bytes) memcpy(dst + j, src + j, (size_t)(n_bytes - j));
}

/* Rows of n_bytes, in steps of `step` bytes, of which the last ends past the row (loose) or overlaps the one before. */
CPOOL_INLINE void copy_row(char *CPOOL_RESTRICT dst, const char *CPOOL_RESTRICT src, ptrdiff_t n_bytes,
                           const ptrdiff_t step, const int loose) {
    for (ptrdiff_t j = 0; j < n_bytes; j += step) {
        if (!loose && j + step > n_bytes) j = n_bytes - step;
        copy_bytes(dst + j, src + j, step);
    }
}

/* The widest step that a row fills. */
CPOOL_INLINE ptrdiff_t step_of(ptrdiff_t n_bytes) {
    return n_bytes >= 64 ? 64 : n_bytes >= 32 ? 32 : n_bytes >= 16 ? 16 : n_bytes >= 8 ? 8 : n_bytes >= 4 ? 4 : 1;
}

/* That is no more than a vector: rows of 80 bytes are 3 of 32, not 2 of 64. */
CPOOL_INLINE ptrdiff_t vector_step_of(ptrdiff_t n_bytes) {
    const ptrdiff_t widest = MAX_VECTOR_BYTES ? MAX_VECTOR_BYTES : 64, step = step_of(n_bytes);
    return step < widest ? step : widest;
}

#define CPOOL_FOR_STEP(step, call) \
    switch (step) { \
    case 64: call(64); break; \
    case 32: call(32); break; \
    case 16: call(16); break; \
    case 8: call(8); break; \
    case 4: call(4); break; \
    default: call(1); \
    }

static void pack(void *dst_, ptrdiff_t dst_pitch, const void *src_, ptrdiff_t src_pitch, ptrdiff_t n,
                 ptrdiff_t n_bytes, ptrdiff_t room) {
    char *dst = dst_;
    const char *src = src_;
    const ptrdiff_t exact = vector_step_of(n_bytes), loose = exact < n_bytes && exact < 64 ? 2 * exact : exact;
    const ptrdiff_t n_loose = loose_rows(n, dst_pitch, (n_bytes + loose - 1) / loose * loose, room);
#define LOOSE_ROWS(step) \
    for (ptrdiff_t i = 0; i < n_loose; i++) copy_row(dst + i * dst_pitch, src + i * src_pitch, n_bytes, step, 1)
#define EXACT_ROWS(step) \
    for (ptrdiff_t i = n_loose; i < n; i++) copy_row(dst + i * dst_pitch, src + i * src_pitch, n_bytes, step, 0)
    CPOOL_FOR_STEP(loose, LOOSE_ROWS)
    CPOOL_FOR_STEP(exact, EXACT_ROWS)
}
