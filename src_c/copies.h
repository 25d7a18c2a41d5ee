/* copies.h - pack: rows of bytes as they are; pack_past: past the caches; copy_part: parts of a vector. */
static void pack(void *dst, ptrdiff_t dst_pitch, const void *src, ptrdiff_t src_pitch, ptrdiff_t n, ptrdiff_t n_bytes,
                 ptrdiff_t far) {
#define ROWS(size) \
    for (ptrdiff_t i = 0; i < n; i++) { \
        const char *row = (const char *)src + i * src_pitch; \
        if (far && (size) >= 64) ahead(row, size, far); \
        memcpy((char *)dst + i * dst_pitch, row, (size_t)(size)); \
    }
    /*
     * Of few channels a move or two each: 1.5x of 63x63, of RGB 1.6x to 1.8x; and a line of the cache is not asked for
     * several times: 1.2x (Xeon).
     */
#define OF(size) case size: ROWS(size) break;
    switch (n_bytes) {
        OF(2) OF(3) OF(4) OF(6) OF(8) OF(12) OF(16) OF(24)
    default: ROWS(n_bytes)
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
