/*
 * vector_parts.h - vectors of parts from places as far apart, and parts of vectors. Part of the vocabulary of vector.h,
 * which includes it.
 */

/* Whether vectors are put together from 2 parts in backward, and, of elements of 4 bytes, from 4 (HAS_QUARTERS). */
#undef HAS_PARTS
#undef HAS_QUARTERS
#define HAS_PARTS (HAS_MASKS && BYTES >= 4 && RECORD_BYTES == 1)
#define HAS_QUARTERS (HAS_PARTS && BYTES == 4)
#if RECORD_BYTES == 1
CPOOL_INLINE vec load_parts(const T *p, ptrdiff_t apart, const int parts) {
#if HAS_QUARTERS
    if (parts == 4) return (vec)CPOOL_NAME2(gather_blocks, VECTOR_BYTES)(p, apart * BYTES);
#endif
    return parts == 1 ? load_bits(p) : load_halves(p, apart);
}
CPOOL_INLINE code_vec load_code_parts(const RECORD_T *p, ptrdiff_t apart, const int parts) {
#if HAS_PARTS
    if (parts > 1) return load_codes_apart(p, apart, parts);
#endif
    (void)apart, (void)parts;
    return load_code(p);
}
CPOOL_INLINE void store_parts(T *p, ptrdiff_t apart, vec v, const int parts) {
#if HAS_QUARTERS
    if (parts == 4) {
        CPOOL_NAME2(scatter_blocks, VECTOR_BYTES)(p, apart * BYTES, (CPOOL_NAME2(raw, VECTOR_BYTES))v);
        return;
    }
#endif
    if (parts == 1) store(p, v);
    else store_halves(p, p + apart, v);
}
CPOOL_INLINE void store_code_parts(RECORD_T *p, ptrdiff_t apart, code_vec v, const int parts) {
#if HAS_QUARTERS
    if (parts == 4) {
        typedef uint32_t quarters __attribute__((vector_size(16)));
        const quarters codes = (quarters)v;
        const uint32_t code[4] = {codes[0], codes[1], codes[2], codes[3]};
        CPOOL_UNROLL
        for (int i = 0; i < 4; i++) memcpy(p + i * apart, &code[i], 4);
        return;
    }
#endif
    if (parts == 1) store_code(p, v);
    else store_codes_apart(p, p + apart, v);
}
#endif

#if HAS_MASKS
/* n of the lanes, from `first` on, to y and record: 1.1x to 1.4x on planes of 7x7 to 17x17 against copy_part. */
CPOOL_INLINE void store_lanes(T *y, RECORD_T *record, vec value, code_vec place, const int has_place, ptrdiff_t first,
                              ptrdiff_t n) {
    const uint64_t lanes = (((uint64_t)1 << n) - 1) << first;
    STORE_WHERE(VECTOR_BYTES, BYTES, y, first, lanes, value);
    if (has_place) STORE_WHERE(CODE_BYTES, RECORD_BYTES, record, first, lanes, place);
}
#endif
