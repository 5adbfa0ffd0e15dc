// The first convolution of a network, over images of few channels (kernel/image_conv.inc), without bias, on the CPU.
//
// A result never depends on the number of threads: the rows of a gradient are added up in parts that the shape gives.
#include "parallel.h"
#include "rooms.h"
#include "rows.h"
#include "shim.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/zeros.h>
#include <torch/csrc/autograd/custom_function.h>

#include <algorithm>

namespace {

using at::Tensor;
using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

// Values under a row of the filter up to which the sums are better taken from there than from one place of it.
constexpr int64_t kMostValues = 64;
// Parts of a gradient's rows.
constexpr int64_t kParts = 64;

struct Numbers {
  int64_t stride, padding;
};

ct::ImageConvShape shape_of(const Tensor& x, const Tensor& weight, Numbers numbers) {
  auto out = [&](int64_t size) { return (size + 2 * numbers.padding - weight.size(2)) / numbers.stride + 1; };
  return {x.size(0),      x.size(2),         x.size(3),        x.size(1),        weight.size(0),
          weight.size(2), numbers.stride,    numbers.padding,  out(x.size(2)),   out(x.size(3)),
          kernel_kind(x.scalar_type())};
}

const ct::ImageConvKernels& kernels_of(const ct::ImageConvShape& shape) { return ct::kernels().image_conv(shape.kind); }

Tensor packed_of(const Tensor& weight, const ct::ImageConvShape& shape) {
  Tensor packed = at::empty({shape.out, shape.side, shape.side * shape.in + 1}, weight.options(),
                            at::MemoryFormat::Contiguous);
  kernels_of(shape).weights(weight.const_data_ptr(), packed.mutable_data_ptr(), shape);
  return packed;
}

Tensor convolve(const Tensor& x, const Tensor& packed, const ct::ImageConvShape& shape, const ct::Epilogue& epilogue) {
  CT_NAMED("own::image_conv");
  Tensor y = at::empty({shape.images, shape.out, shape.out_height, shape.out_width}, x.options(),
                       at::MemoryFormat::ChannelsLast);
  const void *in = x.const_data_ptr(), *lines = packed.const_data_ptr();
  void* out = y.mutable_data_ptr();
  const ct::Rooms rooms(ct::image_conv_room(shape), x.scalar_type());
  ct::parallel_for(0, shape.images * shape.out_height, 1, [&](int64_t from, int64_t to) {
    kernels_of(shape).rows(in, lines, out, shape, from, to - from, rooms.mine(), epilogue);
  });
  return y;
}

Tensor weight_gradient(const Tensor& x, const Tensor& dy, const Tensor& weight, const ct::ImageConvShape& shape) {
  CT_NAMED("own::image_conv_gradient");
  const int64_t rows = shape.images * shape.out_height, parts = std::min(kParts, rows);
  const int64_t each = ct::image_gradient_sums(shape), lines = each / shape.side / shape.out;
  const Tensor sums = at::zeros({parts, each}, at::TensorOptions(at::kFloat));
  float* sum = sums.mutable_data_ptr<float>();
  const void *in = x.const_data_ptr(), *grad = dy.const_data_ptr();
  const ct::Rooms rooms(ct::image_gradient_room(shape), x.scalar_type());
  ct::parallel_for(0, parts, 1, [&](int64_t from, int64_t to) {
    for (int64_t part = from; part < to; ++part) {
      const int64_t first = part * rows / parts, last = (part + 1) * rows / parts;
      kernels_of(shape).gradient(in, grad, sum + part * each, shape, first, last - first, rooms.mine());
    }
  });
  for (int64_t part = 1; part < parts; ++part) {
    const float* more = sum + part * each;
    for (int64_t i = 0; i < each; ++i) sum[i] += more[i];
  }
  // [ky, value under the filter's row, out] to [out, ky, kx, in].
  const Tensor total = sums[0].view({shape.side, lines, shape.out}).narrow(1, 0, shape.side * shape.in);
  Tensor dw = at::empty_like(weight, at::MemoryFormat::ChannelsLast);
  dw.permute({0, 2, 3, 1}).copy_(total.permute({2, 0, 1}).reshape({shape.out, shape.side, shape.side, shape.in}));
  return dw;
}

struct ImageConv : torch::autograd::Function<ImageConv> {
  static Tensor forward(AutogradContext* context, const Tensor& x, const Tensor& weight, int64_t stride,
                        int64_t padding) {
    context->save_for_backward({x, weight});
    context->saved_data["stride"] = stride;
    context->saved_data["padding"] = padding;
    const ct::ImageConvShape shape = shape_of(x, weight, {stride, padding});
    return convolve(x, packed_of(weight, shape), shape, {});
  }

  static variable_list backward(AutogradContext* context, variable_list grads) {
    const variable_list saved = context->get_saved_variables();
    const Tensor &x = saved[0], &weight = saved[1];
    const Numbers numbers{context->saved_data["stride"].toInt(), context->saved_data["padding"].toInt()};
    Tensor dw;
    if (context->needs_input_grad(1)) {
      const Tensor dy = grads[0].contiguous(at::MemoryFormat::ChannelsLast);
      dw = weight_gradient(x, dy, weight, shape_of(x, weight, numbers));
    }
    return {Tensor(), dw, Tensor(), Tensor()};
  }
};

bool weight_fits(const Tensor& weight) {
  const bool kinds = weight.scalar_type() == at::kFloat ||
                     (weight.scalar_type() == at::kBFloat16 && ct::kernels().bfloat16_products);
  return kinds && weight.is_cpu() && weight.dim() == 4 && weight.size(0) % ct::kPanel == 0 &&
         weight.size(0) <= ct::kMostChannels && weight.size(2) == weight.size(3) && weight.size(2) <= ct::kMostSide &&
         weight.size(1) * weight.size(2) <= kMostValues && weight.is_contiguous(at::MemoryFormat::ChannelsLast);
}

bool fits(const Tensor& x, const Tensor& weight, Numbers numbers) {
  if (!weight_fits(weight) || x.dim() != 4 || !x.is_cpu() || x.numel() == 0 || numbers.stride < 1) return false;
  auto wide = [&](int64_t size) { return size + 2 * numbers.padding >= weight.size(2); };
  return x.scalar_type() == weight.scalar_type() && !x.requires_grad() && x.size(1) == weight.size(1) &&
         wide(x.size(2)) && wide(x.size(3)) && x.is_contiguous(at::MemoryFormat::ChannelsLast);
}

bool shift_fits(const Tensor& shift, const ct::ImageConvShape& shape) {
  return shift.scalar_type() == at::kFloat && shift.is_contiguous() && shift.numel() == shape.out;
}

bool residual_fits(const Tensor& residual, const Tensor& x, const ct::ImageConvShape& shape) {
  return !residual.defined() ||
         (residual.sizes() == at::IntArrayRef({shape.images, shape.out, shape.out_height, shape.out_width}) &&
          residual.scalar_type() == x.scalar_type() && residual.is_cpu() &&
          residual.is_contiguous(at::MemoryFormat::ChannelsLast));
}

}  // namespace

extern "C" {

// Leaves `out` null where the kernel does not fit the tensors.
char* ct_image_conv(Handle x, Handle weight, int64_t stride, int64_t padding, Handle* out) {
  CT_TRY({
    *out = nullptr;
    if (fits(*x, *weight, {stride, padding})) *out = new Tensor(ImageConv::apply(*x, *weight, stride, padding));
  })
}

bool ct_image_conv_takes(Handle weight) { return weight_fits(*weight); }

// relu(x * weight + shift + residual), without gradients; `residual` may be empty.
char* ct_image_conv_evaluate(Handle x, Handle weight, Handle shift, Handle residual, bool relu, int64_t stride,
                             int64_t padding, Handle* out) {
  CT_TRY({
    *out = nullptr;
    if (fits(*x, *weight, {stride, padding})) {
      const Tensor more = tensor_of(residual);
      const ct::ImageConvShape shape = shape_of(*x, *weight, {stride, padding});
      if (shift_fits(*shift, shape) && residual_fits(more, *x, shape)) {
        const ct::Epilogue epilogue{shift->const_data_ptr<float>(), more.defined() ? more.const_data_ptr() : nullptr,
                                    relu};
        *out = new Tensor(convolve(*x, packed_of(*weight, shape), shape, epilogue));
      }
    }
  })
}

}  // extern "C"
