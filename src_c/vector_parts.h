/*
 * vector_parts.h - vectors of parts from places as far apart. Part of the vocabulary of vector.h, which includes it.
 */

/* Whether vectors are put together from 2 parts in backward, and, of elements of 4 bytes, from 4 (HAS_QUARTERS). */
#undef HAS_PARTS
#undef HAS_QUARTERS
#define HAS_PARTS (HAS_MASKS && BYTES >= 4 && RECORD_BYTES == 1)
#define HAS_QUARTERS (HAS_PARTS && BYTES == 4)
CPOOL_INLINE vec load_parts(const T *p, ptrdiff_t apart, const int parts) {
#if VECTOR_BYTES >= 32
    if (parts == 2) return (vec)CPOOL_NAME2(join, VECTOR_BYTES)(p, p + apart);
#endif
#if HAS_QUARTERS
    if (parts == 4) return (vec)CPOOL_NAME2(gather_blocks, VECTOR_BYTES)(p, apart * BYTES);
#endif
    return (void)apart, (void)parts, load_bits(p);
}
CPOOL_INLINE void store_parts(T *p, ptrdiff_t apart, vec v, const int parts) {
    typedef CPOOL_NAME2(raw, VECTOR_BYTES) raw;
    if (parts == 1) store(p, v);
    else if (parts == 2) CPOOL_NAME2(store_apart, VECTOR_BYTES)(p, p + apart, (raw)v);
#if HAS_QUARTERS
    else CPOOL_NAME2(scatter_blocks, VECTOR_BYTES)(p, apart * BYTES, (raw)v);
#endif
}
#if RECORD_BYTES == 1
CPOOL_INLINE code_vec load_code_parts(const RECORD_T *p, ptrdiff_t apart, const int parts) {
#if HAS_PARTS
    typedef uint32_t quarters __attribute__((vector_size(16)));
    typedef uint64_t halves __attribute__((vector_size(16)));
    uint32_t quarter[4] = {0};
    uint64_t half[2];
    if (LANES == 16 && parts == 2) {
        memcpy(&half[0], p, 8), memcpy(&half[1], p + apart, 8);
        return (code_vec)(halves){half[0], half[1]};
    }
    for (int i = 0; i < parts; i++) memcpy(&quarter[i], p + i * apart, 4);
    if (parts > 1) return (code_vec)(quarters){quarter[0], quarter[1], quarter[2], quarter[3]};
#endif
    return (void)apart, (void)parts, load_code(p);
}
CPOOL_INLINE void store_code_parts(RECORD_T *p, ptrdiff_t apart, code_vec v, const int parts) {
#if HAS_MASKS && BYTES == 1
    if (parts == 2) { /* GCC 12 takes the way below through memory */
        CPOOL_NAME2(store_apart, VECTOR_BYTES)(p, p + apart, (CPOOL_NAME2(raw, VECTOR_BYTES))v);
        return;
    }
#endif
    RECORD_T codes[LANES];
    store_code(codes, v);
    CPOOL_UNROLL
    for (int i = 0; i < parts; i++) memcpy(p + i * apart, codes + i * LANES / parts, (size_t)(LANES / parts));
}
#endif
