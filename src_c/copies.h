/* copies.h - pack: rows of bytes as they are; pack_past: past the caches; copy_part: parts of a vector. */
static void pack(void *dst, ptrdiff_t dst_pitch, const void *src, ptrdiff_t src_pitch, ptrdiff_t n, ptrdiff_t n_bytes,
                 ptrdiff_t far) {
#define ROWS(size, moved) \
    for (ptrdiff_t i = 0; i < n; i++) { \
        const char *row = (const char *)src + i * src_pitch; \
        char *const to = (char *)dst + i * dst_pitch; \
        if (far && (size) >= 64) ahead(row, size, far); \
        if (i < loose) memcpy(to, row, moved); \
        else memcpy(to, row, (size_t)(size)); \
    }
    /*
     * Of few channels one move each, of RGB with the beginning of the next pixel, which then overwrites it: 1.5x of
     * 63x63, RGB 1.6x to 4x. A line of the cache is not asked for several times: 1.2x (Xeon).
     */
    const ptrdiff_t loose = src_pitch >= n_bytes && dst_pitch == n_bytes ? n - 1 : 0;
#define OF(size, moved) case size: ROWS(size, moved) break;
    switch (n_bytes) {
        OF(2, 2) OF(3, 4) OF(4, 4) OF(6, 8) OF(8, 8) OF(12, 16) OF(16, 16)
    default: ROWS(n_bytes, (size_t)n_bytes)
    }
#undef OF
#undef ROWS
}

#if HAS_STREAMS
/* In whole vectors at their multiples; what is left at both ends goes through the caches. */
static void pack_past(void *dst_, const void *src_, ptrdiff_t n_bytes) {
    char *dst = dst_;
    const char *src = src_;
    const ptrdiff_t before = (ptrdiff_t)(-(size_t)dst % MAX_VECTOR_BYTES), head = before < n_bytes ? before : n_bytes;
    memcpy(dst, src, (size_t)head);
    for (dst += head, src += head, n_bytes -= head; n_bytes >= MAX_VECTOR_BYTES; n_bytes -= MAX_VECTOR_BYTES) {
        CPOOL_NAME2(raw, MAX_VECTOR_BYTES) v;
        memcpy(&v, src, sizeof v);
        CPOOL_NAME2(stream_aligned, MAX_VECTOR_BYTES)(dst, v);
        dst += MAX_VECTOR_BYTES, src += MAX_VECTOR_BYTES;
    }
    memcpy(dst, src, (size_t)n_bytes);
    STREAMED;
}
#endif

/* Less than a vector, in two steps that may overlap: 2.3x on 7x7 planes (2x2) against a call of memcpy. */
static CPOOL_NOINLINE void copy_part(void *dst_, const void *src_, ptrdiff_t n_bytes) {
    char *dst = dst_;
    const char *src = src_;
#define IN_TWO(size) \
    if (n_bytes >= (size)) { \
        char first[size], last[size]; \
        memcpy(first, src, size); \
        memcpy(last, src + n_bytes - (size), size); \
        memcpy(dst, first, size); \
        memcpy(dst + n_bytes - (size), last, size); \
        return; \
    }
    IN_TWO(32)
    IN_TWO(16)
    IN_TWO(8)
    IN_TWO(4)
    IN_TWO(2)
    *dst = *src;
#undef IN_TWO
}
