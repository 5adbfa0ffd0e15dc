// MaxPool2d(3, stride 2, padding 1) over NHWC on the CPU, with a byte for each index.
#include "parallel.h"
#include "rows.h"
#include "shim.h"

#include <ATen/ops/empty.h>
#include <torch/csrc/autograd/custom_function.h>

namespace {

using at::Tensor;
using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

struct MaxPool : torch::autograd::Function<MaxPool> {
  static Tensor forward(AutogradContext* context, const Tensor& x) {
    CT_NAMED("own::max_pool");
    const int64_t n = x.size(0), c = x.size(1), h = x.size(2), w = x.size(3);
    const ct::PoolShape shape{h, w, c, (h + 1) / 2, (w + 1) / 2, kernel_kind(x.scalar_type())};
    auto like = [&](at::ScalarType kind) {
      return at::empty({n, c, shape.out_height, shape.out_width}, x.options().dtype(kind),
                       at::MemoryFormat::ChannelsLast);
    };
    Tensor y = like(x.scalar_type()), which = like(at::kByte);
    const char* in = static_cast<const char*>(x.const_data_ptr());
    char* out = static_cast<char*>(y.mutable_data_ptr());
    uint8_t* place = which.mutable_data_ptr<uint8_t>();
    const int64_t row = shape.out_width * c, width = x.element_size();
    ct::parallel_for(0, n * shape.out_height, 1, [&](int64_t from, int64_t to) {
      for (int64_t item = from; item < to; ++item) {
        ct::kernels().pool_row(in + item / shape.out_height * h * w * c * width, out + item * row * width,
                               place + item * row, shape, item % shape.out_height);
      }
    });
    context->save_for_backward({which});
    context->saved_data["height"] = h;
    context->saved_data["width"] = w;
    return y;
  }

  static variable_list backward(AutogradContext* context, variable_list grads) {
    CT_NAMED("own::max_pool_gradient");
    const Tensor which = context->get_saved_variables()[0];
    const int64_t h = context->saved_data["height"].toInt(), w = context->saved_data["width"].toInt();
    const Tensor dy = grads[0].contiguous(at::MemoryFormat::ChannelsLast);
    const int64_t n = dy.size(0), c = dy.size(1);
    const ct::PoolShape shape{h, w, c, dy.size(2), dy.size(3), kernel_kind(dy.scalar_type())};
    Tensor dx = at::empty({n, c, h, w}, dy.options(), at::MemoryFormat::ChannelsLast);
    const char* in = static_cast<const char*>(dy.const_data_ptr());
    char* out = static_cast<char*>(dx.mutable_data_ptr());
    const uint8_t* place = which.const_data_ptr<uint8_t>();
    const int64_t image = shape.out_height * shape.out_width * c, width = dy.element_size();
    ct::parallel_for(0, n * h, 1, [&](int64_t from, int64_t to) {
      for (int64_t item = from; item < to; ++item) {
        ct::kernels().pool_gradient_row(in + item / h * image * width, place + item / h * image,
                                        out + item * w * c * width, shape, item % h);
      }
    });
    return {dx};
  }
};

}  // namespace

extern "C" {

// Leaves `out` null where the kernel does not fit the tensor.
char* ct_max_pool(Handle x, Handle* out) {
  CT_TRY({
    *out = nullptr;
    if (x->dim() == 4 && x->is_cpu() && x->size(1) % ct::kLanes == 0 && x->numel() > 0 &&
        (x->scalar_type() == at::kFloat || x->scalar_type() == at::kBFloat16) &&
        x->is_contiguous(at::MemoryFormat::ChannelsLast)) {
      *out = new Tensor(MaxPool::apply(*x));
    }
  })
}

}  // extern "C"
