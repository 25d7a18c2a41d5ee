/* codes_neon.h - a record's bytes to the lanes of a vector (widen) and back (narrow); see codes_x86.h. */
#include <arm_neon.h>
#include <string.h>

typedef uint8x16_t raw_16;

CPOOL_INLINE uint8x8_t load_low(const uint8_t *p, size_t n_bytes) {
    uint8x8_t v = vdup_n_u8(0);
    memcpy(&v, p, n_bytes);
    return v;
}

CPOOL_INLINE void narrow_1_16(uint8_t *p, raw_16 v) { vst1q_u8(p, v); }
CPOOL_INLINE void narrow_2_16(uint8_t *p, raw_16 v) { vst1_u8(p, vmovn_u16(vreinterpretq_u16_u8(v))); }
CPOOL_INLINE void narrow_4_16(uint8_t *p, raw_16 v) {
    uint16x4_t words = vmovn_u32(vreinterpretq_u32_u8(v));
    uint8x8_t bytes = vmovn_u16(vcombine_u16(words, words));
    memcpy(p, &bytes, 4);
}
CPOOL_INLINE void narrow_8_16(uint8_t *p, raw_16 v) {
    p[0] = vgetq_lane_u8(v, 0);
    p[1] = vgetq_lane_u8(v, 8);
}
CPOOL_INLINE raw_16 widen_1_16(const uint8_t *p) { return vld1q_u8(p); }
CPOOL_INLINE raw_16 widen_2_16(const uint8_t *p) { return vreinterpretq_u8_u16(vmovl_u8(vld1_u8(p))); }
CPOOL_INLINE raw_16 widen_4_16(const uint8_t *p) {
    return vreinterpretq_u8_u32(vmovl_u16(vget_low_u16(vmovl_u8(load_low(p, 4)))));
}
CPOOL_INLINE raw_16 widen_8_16(const uint8_t *p) {
    uint64x2_t v = {p[0], p[1]};
    return vreinterpretq_u8_u64(v);
}
