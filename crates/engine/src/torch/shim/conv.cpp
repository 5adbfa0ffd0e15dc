// Convolutions without gradients by oneDNN, with weights in the order that it chooses for itself, and with bias and, where
// no residual comes between, ReLU in its own last pass: what libtorch's compiler calls for a network that it has frozen.
#include "shim.h"

#include <ATen/Context.h>
#include <ATen/core/List.h>
#include <ATen/core/dispatch/Dispatcher.h>

#include <array>
#include <optional>
#include <string_view>

namespace {

using at::IntArrayRef;
using at::Tensor;
using Scalars = c10::List<std::optional<at::Scalar>>;
using Text = std::optional<std::string_view>;
using Perhaps = std::optional<Tensor>;

using Pack = Tensor(const Tensor&, IntArrayRef, IntArrayRef, IntArrayRef, int64_t, at::OptionalIntArrayRef);
using Unary = Tensor(const Tensor&, const Tensor&, const Perhaps&, IntArrayRef, IntArrayRef, IntArrayRef, int64_t,
                     std::string_view, Scalars, Text);

template <typename Signature>
std::optional<c10::TypedOperatorHandle<Signature>> operator_of(const char* name, const char* overload) {
  const auto found = c10::Dispatcher::singleton().findSchema({name, overload});
  if (!found) return std::nullopt;
  return found->typed<Signature>();
}

struct Operators {
  std::optional<c10::TypedOperatorHandle<Pack>> pack = operator_of<Pack>("mkldnn::_reorder_convolution_weight", "");
  std::optional<c10::TypedOperatorHandle<Unary>> unary = operator_of<Unary>("mkldnn::_convolution_pointwise", "");
};

// Empty ones where libtorch was built without oneDNN.
const Operators& operators() {
  static const Operators found;
  return found;
}

bool fits(const Tensor& weight) {
  return at::globalContext().hasMKLDNN() && at::globalContext().userEnabledMkldnn() && weight.is_cpu() &&
         weight.dim() == 4 && operators().pack && operators().unary;
}

Tensor run(const Tensor& x, const Tensor& packed, const Tensor& bias, const Tensor& residual, bool relu, int64_t stride,
           int64_t padding) {
  const std::array<int64_t, 2> strides{stride, stride}, paddings{padding, padding}, dilations{1, 1};
  const char* after = relu && !residual.defined() ? "relu" : "none";
  Tensor y = operators().unary->call(x, packed, bias, paddings, strides, dilations, 1, after, Scalars(), std::nullopt);
  // oneDNN's ReLU makes 0 of a NaN, libtorch's keeps it: what flows past the branches must not lose it.
  if (residual.defined()) y.add_(residual);
  if (residual.defined() && relu) y.relu_();
  return y;
}

}  // namespace

extern "C" {

// The weights as oneDNN reads them for inputs [n, c, h, w]; leaves `out` null where it is not to be had.
char* ct_conv_pack(Handle weight, int64_t stride, int64_t padding, const int64_t* size, Handle* out) {
  CT_TRY({
    *out = nullptr;
    if (fits(*weight)) {
      const std::array<int64_t, 2> strides{stride, stride}, paddings{padding, padding}, dilations{1, 1};
      *out = new Tensor(operators().pack->call(*weight, paddings, strides, dilations, 1, IntArrayRef(size, 4)));
    }
  })
}

// relu(x * weight + bias + residual); `residual` may be empty.
char* ct_conv_packed(Handle x, Handle packed, Handle bias, Handle residual, bool relu, int64_t stride, int64_t padding,
                     Handle* out) {
  CT_TRY(*out = new Tensor(run(*x, *packed, *bias, tensor_of(residual), relu, stride, padding)))
}

}  // extern "C"
