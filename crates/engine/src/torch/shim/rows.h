// NHWC tensors as rows of channels.
#pragma once

#include "kernel/kernel.h"

#include <ATen/core/Tensor.h>

inline int kernel_kind(at::ScalarType kind) { return kind == at::kBFloat16 ? ct::kBFloat16 : ct::kFloat; }

inline ct::Rows rows_of(const at::Tensor& x) {
  return {x.size(0) * x.size(2) * x.size(3), x.size(1), kernel_kind(x.scalar_type())};
}

// Null for an undefined tensor.
inline const void* row_of(const at::Tensor& x, const ct::Rows& shape, int64_t row) {
  if (!x.defined()) return nullptr;
  return static_cast<const char*>(x.const_data_ptr()) + row * shape.channels * x.element_size();
}

inline void* mutable_row_of(const at::Tensor& x, const ct::Rows& shape, int64_t row) {
  if (!x.defined()) return nullptr;
  return static_cast<char*>(x.mutable_data_ptr()) + row * shape.channels * x.element_size();
}
