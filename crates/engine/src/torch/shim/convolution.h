// What the convolutions by own kernels share: which tensors they take, and what follows a sum.
#pragma once

#include "rows.h"

// The kernels multiply this kind: float always, bf16 where the CPU does.
inline bool multiplies(at::ScalarType kind) {
  return kind == at::kFloat || (kind == at::kBFloat16 && ct::kernels().bfloat16_products);
}

inline bool map_fits(const at::Tensor& x, int64_t channels, at::ScalarType kind) {
  return x.dim() == 4 && x.is_cpu() && x.numel() > 0 && x.scalar_type() == kind && x.size(1) == channels &&
         x.is_contiguous(at::MemoryFormat::ChannelsLast);
}

// Of an output of `size` [n, c, h, w]; `residual` may be undefined.
inline bool epilogue_fits(const at::Tensor& shift, const at::Tensor& residual, at::IntArrayRef size,
                          at::ScalarType kind) {
  return shift.scalar_type() == at::kFloat && shift.is_contiguous() && shift.numel() == size[1] &&
         (!residual.defined() || (map_fits(residual, size[1], kind) && residual.sizes() == size));
}

inline ct::Epilogue epilogue_of(const at::Tensor& shift, const at::Tensor& residual, bool relu) {
  return {shift.const_data_ptr<float>(), residual.defined() ? residual.const_data_ptr() : nullptr, relu};
}
