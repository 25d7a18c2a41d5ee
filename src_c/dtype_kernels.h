/*
 * dtype_kernels.h - the window kernels of one dtype. Records of more than 2 bytes (over 65,536 taps) have plain kernels
 * only.
 */
#define RECORD u8
#define RECORD_T uint8_t
#define RECORD_BYTES 1
#define HAS_PAIRS (BYTES < 4 ? HAS_SMALL_PAIRS : HAS_WIDE_PAIRS)
#include "record_kernels.h"
#undef HAS_PAIRS

#define HAS_PAIRS 0
#define RECORD u16
#define RECORD_T uint16_t
#define RECORD_BYTES 2
#include "record_kernels.h"

#if MAX_VECTOR_BYTES == 0
#define RECORD u32
#define RECORD_T uint32_t
#define RECORD_BYTES 4
#include "record_kernels.h"

#define RECORD u64
#define RECORD_T uint64_t
#define RECORD_BYTES 8
#include "record_kernels.h"

#if SUMS
void CPOOL_NAME3(cpool_scatter_add, DTYPE, ISA)(void *dx_, ptrdiff_t pitch, const void *dout_, const int64_t *indices,
                                                ptrdiff_t dout_pitch, ptrdiff_t n) {
    SUM_T *dx = dx_;
    const SUM_T *dout = dout_;
    for (ptrdiff_t i = 0; i < n; i++) {
        SUM_T *cell = dx + indices[i * dout_pitch] * pitch;
        *cell = (SUM_T)ADD(*cell, dout[i * dout_pitch]);
    }
}
#endif
#endif
#undef HAS_PAIRS
#undef DTYPE
