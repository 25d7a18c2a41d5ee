/*
 * codes_x86.h - a record's bytes to the lanes of a vector (widen) and back (narrow). The suffix: bytes of a lane, bytes
 * of the vector. GCC 12 takes __builtin_convertvector apart into scalar moves here, so these few are intrinsics. Every
 * place in a record of bytes is below 256, so the signed saturation of packs never acts.
 */
#include <immintrin.h>
#include <string.h>

typedef __m128i raw_16;

CPOOL_INLINE void store_low(uint8_t *p, __m128i v, size_t n_bytes) { memcpy(p, &v, n_bytes); }
CPOOL_INLINE __m128i load_low(const uint8_t *p, size_t n_bytes) {
    __m128i v = _mm_setzero_si128();
    memcpy(&v, p, n_bytes);
    return v;
}

CPOOL_INLINE void narrow_1_16(uint8_t *p, raw_16 v) { store_low(p, v, 16); }
CPOOL_INLINE void narrow_2_16(uint8_t *p, raw_16 v) { store_low(p, _mm_packus_epi16(v, v), 8); }
CPOOL_INLINE void narrow_4_16(uint8_t *p, raw_16 v) {
    v = _mm_packs_epi32(v, v);
    store_low(p, _mm_packus_epi16(v, v), 4);
}
CPOOL_INLINE void narrow_8_16(uint8_t *p, raw_16 v) {
    p[0] = (uint8_t)_mm_extract_epi16(v, 0);
    p[1] = (uint8_t)_mm_extract_epi16(v, 4);
}
CPOOL_INLINE raw_16 widen_1_16(const uint8_t *p) { return load_low(p, 16); }
CPOOL_INLINE raw_16 widen_2_16(const uint8_t *p) { return _mm_unpacklo_epi8(load_low(p, 8), _mm_setzero_si128()); }
CPOOL_INLINE raw_16 widen_4_16(const uint8_t *p) {
    __m128i zero = _mm_setzero_si128();
    return _mm_unpacklo_epi16(_mm_unpacklo_epi8(load_low(p, 4), zero), zero);
}
CPOOL_INLINE raw_16 widen_8_16(const uint8_t *p) { return _mm_set_epi64x(p[1], p[0]); }

#if MAX_VECTOR_BYTES >= 32
typedef __m256i raw_32;

CPOOL_INLINE void narrow_1_32(uint8_t *p, raw_32 v) { memcpy(p, &v, 32); }
CPOOL_INLINE void narrow_2_32(uint8_t *p, raw_32 v) {
    store_low(p, _mm_packus_epi16(_mm256_castsi256_si128(v), _mm256_extracti128_si256(v, 1)), 16);
}
CPOOL_INLINE void narrow_4_32(uint8_t *p, raw_32 v) {
    __m128i words = _mm_packs_epi32(_mm256_castsi256_si128(v), _mm256_extracti128_si256(v, 1));
    store_low(p, _mm_packus_epi16(words, words), 8);
}
CPOOL_INLINE void narrow_8_32(uint8_t *p, raw_32 v) {
    raw_32 even = _mm256_permutevar8x32_epi32(v, _mm256_setr_epi32(0, 2, 4, 6, 0, 2, 4, 6));
    narrow_4_16(p, _mm256_castsi256_si128(even));
}
CPOOL_INLINE raw_32 widen_1_32(const uint8_t *p) { return _mm256_loadu_si256((const __m256i *)p); }
CPOOL_INLINE raw_32 widen_2_32(const uint8_t *p) { return _mm256_cvtepu8_epi16(load_low(p, 16)); }
CPOOL_INLINE raw_32 widen_4_32(const uint8_t *p) { return _mm256_cvtepu8_epi32(load_low(p, 8)); }
CPOOL_INLINE raw_32 widen_8_32(const uint8_t *p) { return _mm256_cvtepu8_epi64(load_low(p, 4)); }
#endif

#if MAX_VECTOR_BYTES >= 64
typedef __m512i raw_64;

CPOOL_INLINE void narrow_1_64(uint8_t *p, raw_64 v) { memcpy(p, &v, 64); }
CPOOL_INLINE void narrow_2_64(uint8_t *p, raw_64 v) { narrow_1_32(p, _mm512_cvtepi16_epi8(v)); }
CPOOL_INLINE void narrow_4_64(uint8_t *p, raw_64 v) { store_low(p, _mm512_cvtepi32_epi8(v), 16); }
CPOOL_INLINE void narrow_8_64(uint8_t *p, raw_64 v) { store_low(p, _mm512_cvtepi64_epi8(v), 8); }
CPOOL_INLINE raw_64 widen_1_64(const uint8_t *p) { return _mm512_loadu_si512(p); }
CPOOL_INLINE raw_64 widen_2_64(const uint8_t *p) { return _mm512_cvtepu8_epi16(widen_1_32(p)); }
CPOOL_INLINE raw_64 widen_4_64(const uint8_t *p) { return _mm512_cvtepu8_epi32(load_low(p, 16)); }
CPOOL_INLINE raw_64 widen_8_64(const uint8_t *p) { return _mm512_cvtepu8_epi64(load_low(p, 8)); }
#endif
