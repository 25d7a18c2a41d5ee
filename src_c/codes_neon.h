/* codes_neon.h - a record's codes to and from the lanes of a vector: widen and narrow; see codes_x86.h. */
#include <arm_neon.h>
#include <string.h>

#define HAS_MASKS 0
#define HAS_FLOAT_MAX 0
typedef uint8x16_t raw_16;

/* Stores past the caches have no intrinsic. */
CPOOL_INLINE void stream_16(void *p, raw_16 v) { memcpy(p, &v, sizeof v); }
#define STREAMED (void)0

/* One half here, the other there. */
CPOOL_INLINE void store_apart_16(void *low, void *high, raw_16 v) {
    memcpy(low, &v, 8);
    memcpy(high, (const char *)&v + 8, 8);
}

/* Where mask a, else b. */
CPOOL_INLINE raw_16 select_16(raw_16 mask, raw_16 a, raw_16 b) { return vbslq_u8(mask, a, b); }

CPOOL_INLINE uint8x8_t load_bytes(const void *p, size_t n_bytes) {
    uint64_t bytes = 0;
    memcpy(&bytes, p, n_bytes);
    return vcreate_u8(bytes);
}
CPOOL_INLINE void narrow_1_2_16(void *p, raw_16 v) { vst1_u8(p, vmovn_u16(vreinterpretq_u16_u8(v))); }
CPOOL_INLINE void narrow_2_4_16(void *p, raw_16 v) {
    const uint16x4_t words = vmovn_u32(vreinterpretq_u32_u8(v));
    memcpy(p, &words, 8);
}
CPOOL_INLINE void narrow_1_4_16(void *p, raw_16 v) {
    const uint16x4_t words = vmovn_u32(vreinterpretq_u32_u8(v));
    const uint8x8_t bytes = vmovn_u16(vcombine_u16(words, words));
    memcpy(p, &bytes, 4);
}
CPOOL_INLINE void narrow_2_8_16(void *p, raw_16 v) {
    const uint16_t codes[2] = {vgetq_lane_u16(vreinterpretq_u16_u8(v), 0), vgetq_lane_u16(vreinterpretq_u16_u8(v), 4)};
    memcpy(p, codes, 4);
}
CPOOL_INLINE void narrow_1_8_16(void *p, raw_16 v) {
    const uint8_t codes[2] = {vgetq_lane_u8(v, 0), vgetq_lane_u8(v, 8)};
    memcpy(p, codes, 2);
}
CPOOL_INLINE raw_16 widen_1_2_16(const void *p) { return vreinterpretq_u8_u16(vmovl_u8(load_bytes(p, 8))); }
CPOOL_INLINE raw_16 widen_1_4_16(const void *p) {
    return vreinterpretq_u8_u32(vmovl_u16(vget_low_u16(vmovl_u8(load_bytes(p, 4)))));
}
CPOOL_INLINE raw_16 widen_1_8_16(const void *p) {
    const uint32x4_t lanes = vmovl_u16(vget_low_u16(vmovl_u8(load_bytes(p, 2))));
    return vreinterpretq_u8_u64(vmovl_u32(vget_low_u32(lanes)));
}
