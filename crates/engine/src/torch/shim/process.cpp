// The process: threads, backends, devices, memory.
#include "shim.h"

#include <ATen/Context.h>
#include <ATen/DeviceAccelerator.h>
#include <ATen/Parallel.h>
#include <ATen/Version.h>
#include <c10/core/impl/VirtualGuardImpl.h>

extern "C" {

char* ct_set_threads(int intra_op) {
  CT_TRY(at::set_num_threads(intra_op))
}

char* ct_manual_seed(uint64_t seed) { CT_TRY(at::manual_seed(seed)) }

char* ct_set_backend_flags(bool deterministic, bool benchmark, bool tf32) {
  CT_TRY({
    at::Context& context = at::globalContext();
    context.setDeterministicAlgorithms(deterministic, true);
    // Filling memory that is written before it is read costs a tenth of a step and changes nothing.
    context.setDeterministicFillUninitializedMemory(false);
    context.setDeterministicCuDNN(deterministic);
    context.setBenchmarkCuDNN(benchmark);
    context.setAllowTF32CuDNN(tf32);
    context.setFloat32MatmulPrecision(tf32 ? "high" : "highest");
  })
}

char* ct_cpu_capability(char** out) { CT_TRY(*out = strdup(at::get_cpu_capability().c_str())) }

char* ct_cuda_available(bool* out) { CT_TRY(*out = at::hasCUDA() && c10::impl::VirtualGuardImpl(at::kCUDA).deviceCount() > 0) }

char* ct_cuda_device_count(int* out) {
  CT_TRY(*out = at::hasCUDA() ? c10::impl::VirtualGuardImpl(at::kCUDA).deviceCount() : 0)
}

char* ct_mps_available(bool* out) { CT_TRY(*out = at::hasMPS()) }

// Highest number of bytes that tensors held on the accelerator.
char* ct_peak_device_bytes(int index, int64_t* out) {
  CT_TRY({
    auto stats = at::accelerator::getDeviceStats(static_cast<c10::DeviceIndex>(index));
    *out = stats.allocated_bytes[0].peak;
  })
}

}  // extern "C"
