// What every file of the shim shares: the C boundary's shape.
//
// Each function returns null on success, else a message from malloc that the caller frees. Tensors cross as
// `at::Tensor*`, the handles that tch holds; a returned handle is owned by the caller.
#pragma once

#include <ATen/core/Tensor.h>
#include <ATen/record_function.h>

#include <cstdint>
#include <cstring>
#include <exception>
#include <vector>

using Handle = at::Tensor*;

#define CT_TRY(...)                                      \
  try {                                                  \
    __VA_ARGS__;                                         \
    return nullptr;                                      \
  } catch (const std::exception& error) {                \
    return strdup(error.what());                         \
  } catch (...) {                                        \
    return strdup("an exception of unknown type");       \
  }

// An empty handle stands for an undefined tensor.
inline at::Tensor tensor_of(Handle handle) { return handle == nullptr ? at::Tensor() : *handle; }

inline std::vector<at::Tensor> list_of(const Handle* handles, size_t count) {
  std::vector<at::Tensor> list;
  list.reserve(count);
  for (size_t i = 0; i < count; ++i) list.push_back(*handles[i]);
  return list;
}

// What runs until the end of the scope has this name in a profile.
#define CT_NAMED(name) RECORD_FUNCTION(name, c10::ArrayRef<const c10::IValue>{})
