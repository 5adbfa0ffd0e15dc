// Lists of tensors: one call for all parameters.
#include "shim.h"

#include <ATen/ops/_foreach_add.h>
#include <ATen/ops/_foreach_clamp_max.h>
#include <ATen/ops/_foreach_clamp_min.h>
#include <ATen/ops/_foreach_copy.h>
#include <ATen/ops/_foreach_lerp.h>
#include <ATen/ops/_foreach_mul.h>
#include <ATen/ops/_foreach_norm.h>
#include <ATen/ops/_foreach_sub.h>
#include <ATen/ops/_foreach_abs.h>
#include <ATen/ops/_amp_foreach_non_finite_check_and_unscale.h>
#include <ATen/ops/linalg_vector_norm.h>
#include <ATen/ops/stack.h>
#include <torch/csrc/autograd/grad_mode.h>

using torch::autograd::AutoGradMode;

extern "C" {

// self += alpha * other
char* ct_foreach_add_(const Handle* self, const Handle* other, size_t count, double alpha) {
  CT_TRY({
    AutoGradMode off(false);
    at::_foreach_add_(list_of(self, count), list_of(other, count), alpha);
  })
}

char* ct_foreach_add_scalar_(const Handle* self, size_t count, double value, bool integral) {
  CT_TRY({
    AutoGradMode off(false);
    at::_foreach_add_(list_of(self, count), integral ? at::Scalar(static_cast<int64_t>(value)) : at::Scalar(value));
  })
}

char* ct_foreach_mul_scalar_(const Handle* self, size_t count, double factor) {
  CT_TRY({
    AutoGradMode off(false);
    at::_foreach_mul_(list_of(self, count), factor);
  })
}

char* ct_foreach_mul_tensor_(const Handle* self, size_t count, Handle factor) {
  CT_TRY({
    AutoGradMode off(false);
    at::_foreach_mul_(list_of(self, count), *factor);
  })
}

char* ct_foreach_mul_(const Handle* self, const Handle* other, size_t count) {
  CT_TRY({
    AutoGradMode off(false);
    at::_foreach_mul_(list_of(self, count), list_of(other, count));
  })
}

char* ct_foreach_clamp_(const Handle* self, size_t count, double low, double high) {
  CT_TRY({
    AutoGradMode off(false);
    auto list = list_of(self, count);
    at::_foreach_clamp_min_(list, low);
    at::_foreach_clamp_max_(list, high);
  })
}

// self += weight * (end - self)
char* ct_foreach_lerp_(const Handle* self, const Handle* end, size_t count, double weight) {
  CT_TRY({
    AutoGradMode off(false);
    at::_foreach_lerp_(list_of(self, count), list_of(end, count), weight);
  })
}

char* ct_foreach_copy_(const Handle* self, const Handle* source, size_t count) {
  CT_TRY({
    AutoGradMode off(false);
    at::_foreach_copy_(list_of(self, count), list_of(source, count));
  })
}

// The 2-norm of all elements together, as torch.nn.utils.get_total_norm: the norm of the norms.
char* ct_total_norm(const Handle* tensors, size_t count, Handle* out) {
  CT_TRY({
    AutoGradMode off(false);
    auto norms = at::_foreach_norm(list_of(tensors, count), 2);
    *out = new at::Tensor(at::linalg_vector_norm(at::stack(norms), 2));
  })
}

// grads *= inverse_scale; found_inf becomes 1 where one of them is not finite.
char* ct_unscale_(const Handle* grads, size_t count, Handle found_inf, Handle inverse_scale) {
  CT_TRY({
    AutoGradMode off(false);
    at::_amp_foreach_non_finite_check_and_unscale_(list_of(grads, count), *found_inf, *inverse_scale);
  })
}

}  // extern "C"
