// Which set of kernels this CPU runs.
#include "kernel.h"

namespace ct {

extern const Kernels kernels_baseline;
#ifdef CT_X86
extern const Kernels kernels_avx2;
extern const Kernels kernels_avx512;
extern const Kernels kernels_avx512_bf16;
#endif

const Kernels& kernels() {
#ifdef CT_X86
  static const bool avx512 = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                             __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq");
  static const Kernels& chosen = avx512 && __builtin_cpu_supports("avx512bf16")               ? kernels_avx512_bf16
                                 : avx512                                                     ? kernels_avx512
                                 : __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") ? kernels_avx2
                                                                                              : kernels_baseline;
  return chosen;
#else
  return kernels_baseline;
#endif
}

}  // namespace ct

extern "C" const char* ct_kernel_name() { return ct::kernels().name; }
