// Single tensors: memory formats, copies, the way from bytes to a batch.
#include "shim.h"

#include <ATen/ops/div.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>

extern "C" {

// `format`: 0 contiguous, 1 channels_last. Returns the tensor itself where it is already so.
char* ct_contiguous(Handle tensor, int format, Handle* out) {
  CT_TRY(*out = new at::Tensor(tensor->contiguous(format == 1 ? at::MemoryFormat::ChannelsLast
                                                              : at::MemoryFormat::Contiguous)))
}

char* ct_is_channels_last(Handle tensor, bool* out) {
  CT_TRY(*out = tensor->dim() == 4 && tensor->is_contiguous(at::MemoryFormat::ChannelsLast))
}

char* ct_copy_(Handle destination, Handle source, bool non_blocking) {
  CT_TRY(destination->copy_(*source, non_blocking))
}

char* ct_pin_memory(Handle tensor, Handle* out) { CT_TRY(*out = new at::Tensor(tensor->pin_memory())) }

// A tensor with the other one's values and strides, in `kind`, with no history.
char* ct_clone_as(Handle tensor, int kind, Handle* out) {
  CT_TRY({
    at::Tensor source = tensor->detach();
    at::Tensor copy = at::empty_like(source, source.options().dtype(static_cast<at::ScalarType>(kind)));
    copy.copy_(source);
    *out = new at::Tensor(copy);
  })
}

// Bytes of the contiguous form, on the CPU.
char* ct_to_bytes(Handle tensor, void* destination, size_t bytes) {
  CT_TRY({
    at::Tensor flat = tensor->detach().contiguous().cpu();
    TORCH_CHECK(flat.nbytes() == bytes, "a tensor has ", flat.nbytes(), " bytes, not ", bytes);
    std::memcpy(destination, flat.const_data_ptr(), bytes);
  })
}

// Fills a tensor of any strides and device from the bytes of its contiguous form.
char* ct_from_bytes(Handle tensor, const void* source, size_t bytes) {
  CT_TRY({
    at::Tensor flat = at::empty(tensor->sizes(), tensor->options().device(at::kCPU));
    TORCH_CHECK(flat.nbytes() == bytes, "a tensor has ", flat.nbytes(), " bytes, not ", bytes);
    std::memcpy(flat.mutable_data_ptr(), source, bytes);
    tensor->detach().copy_(flat);
  })
}

}  // extern "C"
