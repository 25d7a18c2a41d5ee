/*
 * codes_avx512.h - AVX-512 compares into mask registers, one bit a lane whatever the lane's size: places stay as narrow
 * as they are in the record, 1.2x against lanes as wide as the elements. In narrower vectors masks do not win (0.7x to
 * 1.0x, Zen 4): these are AVX2's, but for elements of 2 bytes (1.05x to 1.18x on small planes). GCC 12 turns a mask of
 * its own vectors that is used twice into a vector again, so comparing and choosing are intrinsics. Names by bytes of a
 * vector and of a lane.
 */
#include "codes_x86.h"

#undef HAS_MASKS
#define HAS_MASKS (VECTOR_BYTES == 64 || BYTES == 2)
#define EPI_1 epi8
#define EPI_2 epi16
#define EPI_4 epi32
#define EPI_8 epi64
typedef __m512i raw_64;

#define RAW(bytes, v) ((CPOOL_NAME2(raw, bytes))(v))
#define CHOOSE(bytes, lane, mask, a, b) \
    INTRINSIC(bytes, CPOOL_NAME2(mask_mov, CPOOL_NAME2(EPI, lane)))(RAW(bytes, b), mask, RAW(bytes, a))
#define SAME(bytes, lane, a, b) \
    INTRINSIC(bytes, CPOOL_NAME3(cmpeq, CPOOL_NAME2(EPI, lane), mask))(RAW(bytes, a), RAW(bytes, b))
#define LESS_BYTES(bytes, a, b) INTRINSIC(bytes, cmplt_epu8_mask)(RAW(bytes, a), RAW(bytes, b))

/* Only some lanes; lane `first` goes to p. */
#define STORE_WHERE(bytes, lane, p, first, mask, v) \
    INTRINSIC(bytes, CPOOL_NAME2(mask_storeu, CPOOL_NAME2(EPI, lane)))((char *)(p) - (first) * (lane), mask, \
                                                                       RAW(bytes, v))

#define BETTER_INTEGERS(v, best) \
    INTRINSIC(VECTOR_BYTES, CPOOL_NAME3(cmpgt, CPOOL_NAME2(EPI, BYTES), mask))(RAW(VECTOR_BYTES, v), \
                                                                               RAW(VECTOR_BYTES, best))
/* A NaN beats every number, and nothing beats a NaN that came first: the order of np.argmax. */
#define COMPARE_FLOATS(a, b, relation) \
    INTRINSIC(VECTOR_BYTES, CPOOL_NAME3(cmp, PACKED, mask))((FLOATS)(a), (FLOATS)(b), relation)
#define BETTER_FLOATS(v, best) (COMPARE_FLOATS(v, best, _CMP_NLE_UQ) & COMPARE_FLOATS(best, best, _CMP_ORD_Q))

#define ADD_INTEGERS_WHERE(mask, sum, v) \
    INTRINSIC(VECTOR_BYTES, CPOOL_NAME2(mask_add, CPOOL_NAME2(EPI, BYTES)))( \
        RAW(VECTOR_BYTES, sum), mask, RAW(VECTOR_BYTES, sum), RAW(VECTOR_BYTES, v))
#define ADD_FLOATS_WHERE(mask, sum, v) \
    INTRINSIC(VECTOR_BYTES, CPOOL_NAME2(mask_add, PACKED))((FLOATS)(sum), mask, (FLOATS)(sum), (FLOATS)(v))

CPOOL_INLINE raw_64 join_64(const void *low, const void *high) {
    return _mm512_inserti64x4(_mm512_castsi256_si512(_mm256_loadu_si256(low)), _mm256_loadu_si256(high), 1);
}
CPOOL_INLINE void store_apart_64(void *low, void *high, raw_64 v) {
    _mm256_storeu_si256(low, _mm512_castsi512_si256(v));
    _mm256_storeu_si256(high, _mm512_extracti64x4_epi64(v, 1));
}

/* Blocks of 16 bytes from and to places so far apart. */
CPOOL_INLINE raw_64 gather_blocks_64(const void *p, ptrdiff_t apart) {
    raw_64 v = _mm512_castsi128_si512(_mm_loadu_si128(p));
    v = _mm512_mask_broadcast_i32x4(v, 0x00f0, _mm_loadu_si128((const void *)((const char *)p + apart)));
    v = _mm512_mask_broadcast_i32x4(v, 0x0f00, _mm_loadu_si128((const void *)((const char *)p + 2 * apart)));
    return _mm512_mask_broadcast_i32x4(v, 0xf000, _mm_loadu_si128((const void *)((const char *)p + 3 * apart)));
}
CPOOL_INLINE void scatter_blocks_64(void *p, ptrdiff_t apart, raw_64 v) {
    store_apart_32(p, (char *)p + apart, _mm512_castsi512_si256(v));
    store_apart_32((char *)p + 2 * apart, (char *)p + 3 * apart, _mm512_extracti64x4_epi64(v, 1));
}

CPOOL_INLINE void stream_aligned_64(void *p, raw_64 v) { _mm512_stream_si512(p, v); }
CPOOL_INLINE void stream_64(void *p, raw_64 v) {
    stream_32(p, _mm512_castsi512_si256(v));
    stream_32((char *)p + 32, _mm512_extracti64x4_epi64(v, 1));
}
