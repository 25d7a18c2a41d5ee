/*
 * codes_x86.h - a record's codes to and from the lanes of a vector: widen and narrow, by the bytes of a code, of a lane
 * and of the vector. GCC 12 takes __builtin_convertvector apart into scalar moves here, so these few are intrinsics.
 */
#include <string.h>

#include "atomics.h"

#define HAS_MASKS 0
#include "floats_x86.h"

typedef __m128i raw_16;

CPOOL_INLINE raw_16 load_bytes(const void *p, size_t n_bytes) {
    uint32_t bytes = 0;
    if (n_bytes == 16) return _mm_loadu_si128(p);
    if (n_bytes == 8) return _mm_loadl_epi64(p);
    memcpy(&bytes, p, n_bytes);
    return _mm_cvtsi32_si128((int32_t)bytes);
}
CPOOL_INLINE void store_bytes(void *p, raw_16 v, size_t n_bytes) { memcpy(p, &v, n_bytes); }
/* One half here, the other there. */
CPOOL_INLINE void store_apart_16(void *low, void *high, raw_16 v) {
    memcpy(low, &v, 8);
    memcpy(high, (const char *)&v + 8, 8);
}
/*
 * Past the caches: whole vectors, and in parts of 16 bytes, as NumPy's own arrays begin at no larger multiple. These in
 * their order, which compilers would change: channels last 1.05x to 1.1x.
 */
CPOOL_INLINE void stream_16(void *p, raw_16 v) {
    _mm_stream_si128(p, v);
    __asm__ volatile("" ::: "memory");
}
CPOOL_INLINE void stream_aligned_16(void *p, raw_16 v) { _mm_stream_si128(p, v); }
#define STREAMED cpool_note(&cpool_streamed)

/* Where mask a, else b; all lanes of a mask are whole. GCC 12 makes of the vectors' own operators twice the code. */
#if MAX_VECTOR_BYTES >= 32
CPOOL_INLINE raw_16 select_16(raw_16 mask, raw_16 a, raw_16 b) { return _mm_blendv_epi8(b, a, mask); }
#else
CPOOL_INLINE raw_16 select_16(raw_16 mask, raw_16 a, raw_16 b) {
    const __m128 m = _mm_castsi128_ps(mask);
    return _mm_castps_si128(_mm_or_ps(_mm_and_ps(m, _mm_castsi128_ps(a)), _mm_andnot_ps(m, _mm_castsi128_ps(b))));
}
#endif

/* A code of a byte is below 256, so the signed saturation of packs_epi32 never acts. */
CPOOL_INLINE void narrow_1_2_16(void *p, raw_16 v) { store_bytes(p, _mm_packus_epi16(v, v), 8); }
CPOOL_INLINE void narrow_1_4_16(void *p, raw_16 v) {
    v = _mm_packs_epi32(v, v);
    store_bytes(p, _mm_packus_epi16(v, v), 4);
}
CPOOL_INLINE void narrow_1_8_16(void *p, raw_16 v) {
    const uint16_t codes = (uint16_t)(_mm_extract_epi16(v, 0) | _mm_extract_epi16(v, 4) << 8);
    memcpy(p, &codes, 2);
}
CPOOL_INLINE void narrow_2_4_16(void *p, raw_16 v) {
    v = _mm_shufflehi_epi16(_mm_shufflelo_epi16(v, _MM_SHUFFLE(3, 3, 2, 0)), _MM_SHUFFLE(3, 3, 2, 0));
    store_bytes(p, _mm_shuffle_epi32(v, _MM_SHUFFLE(3, 3, 2, 0)), 8);
}
CPOOL_INLINE void narrow_2_8_16(void *p, raw_16 v) {
    const uint32_t codes = (uint32_t)_mm_extract_epi16(v, 0) | (uint32_t)_mm_extract_epi16(v, 4) << 16;
    memcpy(p, &codes, 4);
}
CPOOL_INLINE raw_16 widen_1_2_16(const void *p) { return _mm_unpacklo_epi8(load_bytes(p, 8), _mm_setzero_si128()); }
CPOOL_INLINE raw_16 widen_1_4_16(const void *p) {
    const raw_16 words = _mm_unpacklo_epi8(load_bytes(p, 4), _mm_setzero_si128());
    return _mm_unpacklo_epi16(words, _mm_setzero_si128());
}
CPOOL_INLINE raw_16 widen_1_8_16(const void *p) {
    const raw_16 words = _mm_unpacklo_epi8(load_bytes(p, 2), _mm_setzero_si128());
    return _mm_unpacklo_epi32(_mm_unpacklo_epi16(words, _mm_setzero_si128()), _mm_setzero_si128());
}

#if MAX_VECTOR_BYTES >= 32
typedef __m256i raw_32;

CPOOL_INLINE raw_32 select_32(raw_32 mask, raw_32 a, raw_32 b) { return _mm256_blendv_epi8(b, a, mask); }
CPOOL_INLINE void stream_aligned_32(void *p, raw_32 v) { _mm256_stream_si256(p, v); }
CPOOL_INLINE void stream_32(void *p, raw_32 v) {
    stream_16(p, _mm256_castsi256_si128(v));
    stream_16((char *)p + 16, _mm256_extracti128_si256(v, 1));
}
CPOOL_INLINE raw_32 join_32(const void *low, const void *high) {
    return _mm256_inserti128_si256(_mm256_castsi128_si256(_mm_loadu_si128(low)), _mm_loadu_si128(high), 1);
}
CPOOL_INLINE void store_apart_32(void *low, void *high, raw_32 v) {
    _mm_storeu_si128(low, _mm256_castsi256_si128(v));
    _mm_storeu_si128(high, _mm256_extracti128_si256(v, 1));
}
/* Blocks of 16 bytes from and to places so far apart. */
#define gather_blocks_32(p, apart) join_32(p, (const char *)(p) + (apart))
#define scatter_blocks_32(p, apart, v) store_apart_32(p, (char *)(p) + (apart), v)

/* The low halves of the lanes of 8 bytes. */
CPOOL_INLINE raw_16 low_halves(raw_32 v) {
    return _mm256_castsi256_si128(_mm256_permutevar8x32_epi32(v, _mm256_setr_epi32(0, 2, 4, 6, 0, 2, 4, 6)));
}
CPOOL_INLINE void narrow_1_2_32(void *p, raw_32 v) {
    _mm_storeu_si128(p, _mm_packus_epi16(_mm256_castsi256_si128(v), _mm256_extracti128_si256(v, 1)));
}
CPOOL_INLINE void narrow_1_4_32(void *p, raw_32 v) {
    const raw_16 words = _mm_packs_epi32(_mm256_castsi256_si128(v), _mm256_extracti128_si256(v, 1));
    store_bytes(p, _mm_packus_epi16(words, words), 8);
}
CPOOL_INLINE void narrow_1_8_32(void *p, raw_32 v) { narrow_1_4_16(p, low_halves(v)); }
CPOOL_INLINE void narrow_2_4_32(void *p, raw_32 v) {
    _mm_storeu_si128(p, _mm_packus_epi32(_mm256_castsi256_si128(v), _mm256_extracti128_si256(v, 1)));
}
CPOOL_INLINE void narrow_2_8_32(void *p, raw_32 v) { narrow_2_4_16(p, low_halves(v)); }
CPOOL_INLINE raw_32 widen_1_2_32(const void *p) { return _mm256_cvtepu8_epi16(_mm_loadu_si128(p)); }
CPOOL_INLINE raw_32 widen_1_4_32(const void *p) { return _mm256_cvtepu8_epi32(load_bytes(p, 8)); }
CPOOL_INLINE raw_32 widen_1_8_32(const void *p) { return _mm256_cvtepu8_epi64(load_bytes(p, 4)); }
#endif
