#pragma once

#include "parallel.h"

#include <ATen/ops/empty.h>

namespace ct {

// Memory for each thread, in values of a tensor's kind.
struct Rooms {
  at::Tensor memory;
  int64_t each;

  Rooms(int64_t each, at::ScalarType kind) : each(each) {
    memory = at::empty({at::get_num_threads() * each}, at::TensorOptions(kind));
  }

  template <typename T = void>
  T* mine() const {
    char* start = static_cast<char*>(memory.mutable_data_ptr());
    return reinterpret_cast<T*>(start + thread_slot() * each * memory.element_size());
  }
};

}  // namespace ct
