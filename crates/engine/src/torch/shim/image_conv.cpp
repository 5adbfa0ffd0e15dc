// The first convolution of a network, over images of few channels (kernel/image_conv.inc), without bias, on the CPU.
//
// A result never depends on the number of threads: the rows of a gradient are added up in parts that the shape gives.
#include "convolution.h"
#include "parallel.h"
#include "rooms.h"
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

ct::ImageConvShape shape_of(const Tensor& x, int64_t out, int64_t side, Numbers numbers) {
  auto places = [&](int64_t size) { return (size + 2 * numbers.padding - side) / numbers.stride + 1; };
  return {x.size(0),      x.size(2),       x.size(3),           x.size(1),           out, side,
          numbers.stride, numbers.padding, places(x.size(2)), places(x.size(3)), kernel_kind(x.scalar_type())};
}

const ct::ImageConvKernels& kernels_of(const ct::ImageConvShape& shape) { return ct::kernels().image_conv(shape.kind); }

// [out, side, values under a row of the filter, and one more for a last pair]: as every pass with the weights reads them.
Tensor packed_of(const Tensor& weight) {
  const int64_t out = weight.size(0), in = weight.size(1), side = weight.size(2);
  Tensor packed = at::empty({out, side, side * in + 1}, weight.options(), at::MemoryFormat::Contiguous);
  ct::ImageConvShape shape{};
  shape.in = in, shape.out = out, shape.side = side, shape.kind = kernel_kind(weight.scalar_type());
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
    return convolve(x, packed_of(weight), shape_of(x, weight.size(0), weight.size(2), {stride, padding}), {});
  }

  static variable_list backward(AutogradContext* context, variable_list grads) {
    const variable_list saved = context->get_saved_variables();
    const Tensor &x = saved[0], &weight = saved[1];
    const Numbers numbers{context->saved_data["stride"].toInt(), context->saved_data["padding"].toInt()};
    Tensor dw;
    if (context->needs_input_grad(1)) {
      const Tensor dy = grads[0].contiguous(at::MemoryFormat::ChannelsLast);
      dw = weight_gradient(x, dy, weight, shape_of(x, weight.size(0), weight.size(2), numbers));
    }
    return {Tensor(), dw, Tensor(), Tensor()};
  }
};

bool weight_fits(const Tensor& weight) {
  return weight.is_cpu() && weight.dim() == 4 && multiplies(weight.scalar_type()) && weight.size(0) % ct::kPanel == 0 &&
         weight.size(0) <= ct::kMostChannels && weight.size(2) == weight.size(3) && weight.size(2) <= ct::kMostSide &&
         weight.size(1) * weight.size(2) <= kMostValues && weight.is_contiguous(at::MemoryFormat::ChannelsLast);
}

bool images_fit(const Tensor& x, int64_t channels, int64_t side, at::ScalarType kind, Numbers numbers) {
  auto wide = [&](int64_t size) { return size + 2 * numbers.padding >= side; };
  return map_fits(x, channels, kind) && !x.requires_grad() && numbers.stride > 0 && wide(x.size(2)) && wide(x.size(3));
}

bool fits(const Tensor& x, const Tensor& weight, Numbers numbers) {
  return weight_fits(weight) && images_fit(x, weight.size(1), weight.size(2), weight.scalar_type(), numbers);
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

// The weights in the kernel's order, for many passes without gradients; leaves `out` null where it does not fit them.
char* ct_image_conv_pack(Handle weight, Handle* out) {
  CT_TRY({
    *out = nullptr;
    if (weight_fits(*weight)) *out = new Tensor(packed_of(*weight));
  })
}

// relu(x * weight + shift + residual) with such weights; `residual` may be empty.
char* ct_image_conv_packed(Handle x, Handle packed, Handle shift, Handle residual, bool relu, int64_t stride,
                           int64_t padding, Handle* out) {
  CT_TRY({
    *out = nullptr;
    const Tensor more = tensor_of(residual);
    const int64_t side = packed->size(1), channels = (packed->size(2) - 1) / side;
    const at::ScalarType kind = packed->scalar_type();
    if (images_fit(*x, channels, side, kind, {stride, padding})) {
      const ct::ImageConvShape shape = shape_of(*x, packed->size(0), side, {stride, padding});
      if (epilogue_fits(*shift, more, {shape.images, shape.out, shape.out_height, shape.out_width}, kind)) {
        *out = new Tensor(convolve(*x, *packed, shape, epilogue_of(*shift, more, relu)));
      }
    }
  })
}

}  // extern "C"
