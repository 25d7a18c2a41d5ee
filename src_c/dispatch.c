/* dispatch.c - which tables this library was built with, and which of them may run here. */
#include "compiler.h"

#define DECLARE_TABLE(isa) extern const cpool_kernels cpool_kernels_##isa;
CPOOL_FOR_EACH_ISA(DECLARE_TABLE)

const cpool_kernels *const cpool_built[] = {
#if CPOOL_BUILD_X86
    &cpool_kernels_avx512, &cpool_kernels_avx2, &cpool_kernels_sse2,
#endif
#if CPOOL_BUILD_NEON
    &cpool_kernels_neon,
#endif
    &cpool_kernels_scalar, NULL,
};

int64_t cpool_streamed;

/*
 * The compilers' own test asks both the processor and, of the wide registers, whether the operating system saves them.
 */
int cpool_usable(const cpool_kernels *kernels) {
#if CPOOL_BUILD_X86
    __builtin_cpu_init();
    if (kernels == &cpool_kernels_avx512)
        return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
               __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq");
    if (kernels == &cpool_kernels_avx2) return __builtin_cpu_supports("avx2") != 0;
#endif
    return kernels != NULL;
}

int cpool_is_amd(void) {
#if CPOOL_BUILD_X86
    __builtin_cpu_init();
    return __builtin_cpu_is("amd") != 0;
#else
    return 0;
#endif
}
