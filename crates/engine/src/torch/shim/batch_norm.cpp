// Batch norm in training with residual sum and ReLU as one autograd function, over NHWC on the CPU.
#include "kernel/kernel.h"
#include "parallel.h"
#include "rows.h"
#include "shim.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>
#include <torch/csrc/autograd/custom_function.h>

#include <algorithm>
#include <cmath>
#include <optional>

namespace {

using at::Tensor;
using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

// Rows of a block of the reductions; fixed, so that sums do not depend on the number of threads.
constexpr int64_t kBlock = 256;

int64_t blocks_of(int64_t rows) { return (rows + kBlock - 1) / kBlock; }

// Runs `tile(block rows, first row, first channel, sum, other)` over all blocks and tiles, and adds the blocks' sums up
// in order, in double.
template <typename Tile>
void reduce(const ct::Rows& shape, std::vector<double>& sums, std::vector<double>& others, const Tile& tile) {
  const int64_t blocks = blocks_of(shape.rows), tiles = (shape.channels + ct::kTile - 1) / ct::kTile;
  std::vector<float> partial(2 * blocks * shape.channels);
  ct::parallel_for(0, blocks * tiles, 1, [&](int64_t from, int64_t to) {
    for (int64_t item = from; item < to; ++item) {
      const int64_t block = item / tiles, channel = item % tiles * ct::kTile, first = block * kBlock;
      ct::Rows part{std::min(kBlock, shape.rows - first), shape.channels, shape.kind};
      float* sum = partial.data() + 2 * block * shape.channels + channel;
      tile(part, first, channel, sum, sum + shape.channels);
    }
  });
  sums.assign(shape.channels, 0.0);
  others.assign(shape.channels, 0.0);
  for (int64_t block = 0; block < blocks; ++block) {
    const float* row = partial.data() + 2 * block * shape.channels;
    for (int64_t c = 0; c < shape.channels; ++c) {
      sums[c] += row[c];
      others[c] += row[shape.channels + c];
    }
  }
}

struct Saved {
  Tensor mean, scale, shift, inverse;
};

// Statistics of the batch; the running ones follow by `momentum`, with the unbiased variance.
Saved statistics(const Tensor& x, const ct::Rows& shape, const Tensor& weight, const Tensor& bias,
                 Tensor& running_mean, Tensor& running_var, double momentum, double eps) {
  // Sums of x − its first row lose nothing to a large common offset.
  std::vector<float> offset(shape.channels);
  for (int64_t c = 0; c < shape.channels; ++c) {
    offset[c] = shape.kind == ct::kBFloat16 ? static_cast<float>(x.const_data_ptr<at::BFloat16>()[c])
                                            : x.const_data_ptr<float>()[c];
  }
  std::vector<double> sums, squares;
  reduce(shape, sums, squares, [&](const ct::Rows& part, int64_t first, int64_t channel, float* sum, float* square) {
    ct::kernels().moments(row_of(x, shape, first), part, channel, offset.data(), sum, square);
  });
  auto vector = [&] { return at::empty({shape.channels}, weight.options()); };
  Saved saved{vector(), vector(), vector(), vector()};
  const double n = static_cast<double>(shape.rows), unbiased = n > 1 ? n / (n - 1) : 1.0;
  const float *w = weight.const_data_ptr<float>(), *b = bias.const_data_ptr<float>();
  float *mean = saved.mean.mutable_data_ptr<float>(), *scale = saved.scale.mutable_data_ptr<float>(),
        *shift = saved.shift.mutable_data_ptr<float>(), *inverse = saved.inverse.mutable_data_ptr<float>(),
        *run_mean = running_mean.mutable_data_ptr<float>(), *run_var = running_var.mutable_data_ptr<float>();
  for (int64_t c = 0; c < shape.channels; ++c) {
    const double delta = sums[c] / n, center = offset[c] + delta;
    const double variance = std::max(0.0, squares[c] / n - delta * delta) + (squares[c] - squares[c]);
    const double invert = 1.0 / std::sqrt(variance + eps);
    mean[c] = static_cast<float>(center);
    inverse[c] = static_cast<float>(invert);
    scale[c] = static_cast<float>(w[c] * invert);
    shift[c] = static_cast<float>(b[c] - center * w[c] * invert);
    if (momentum > 0) {
      run_mean[c] = static_cast<float>((1 - momentum) * run_mean[c] + momentum * center);
      run_var[c] = static_cast<float>((1 - momentum) * run_var[c] + momentum * variance * unbiased);
    }
  }
  return saved;
}

struct BatchNormRelu : torch::autograd::Function<BatchNormRelu> {
  static Tensor forward(AutogradContext* context, const Tensor& x, const Tensor& weight, const Tensor& bias,
                        Tensor running_mean, Tensor running_var, const std::optional<Tensor>& sum, double momentum,
                        double eps, bool relu) {
    CT_NAMED("own::batch_norm");
    const Tensor residual = sum.value_or(Tensor());
    const ct::Rows shape = rows_of(x);
    Saved saved = statistics(x, shape, weight, bias, running_mean, running_var, momentum, eps);
    Tensor y = at::empty_like(x);
    apply_affine(x, residual, y, shape, saved.scale, saved.shift, relu);
    const bool summed = residual.defined();
    // Without a residual x tells what the ReLU let through; with one only y does.
    context->save_for_backward({x, weight, saved.mean, saved.scale, saved.shift, saved.inverse,
                                summed && relu ? y : Tensor()});
    context->saved_data["relu"] = relu;
    context->saved_data["summed"] = summed;
    return y;
  }

  static variable_list backward(AutogradContext* context, variable_list grads) {
    CT_NAMED("own::batch_norm_gradient");
    const variable_list saved = context->get_saved_variables();
    const Tensor &x = saved[0], &weight = saved[1], &mean = saved[2], &scale = saved[3], &shift = saved[4],
                 &inverse = saved[5], &y = saved[6];
    const bool relu = context->saved_data["relu"].toBool(), summed = context->saved_data["summed"].toBool();
    const ct::Rows shape = rows_of(x);
    const Tensor dy = grads[0].contiguous(at::MemoryFormat::ChannelsLast);
    const bool write = summed && relu;
    Tensor g = write ? at::empty_like(x) : Tensor();
    const ct::Affine affine{scale.const_data_ptr<float>(), shift.const_data_ptr<float>()};
    const float* center = mean.const_data_ptr<float>();

    std::vector<double> sums, dots;
    reduce(shape, sums, dots, [&](const ct::Rows& part, int64_t first, int64_t channel, float* sum, float* dot) {
      ct::kernels().gradient_sums(row_of(x, shape, first), row_of(dy, shape, first), row_of(y, shape, first),
                                  mutable_row_of(g, shape, first), part, affine, center, relu, channel, sum, dot);
    });

    auto vector = [&] { return at::empty({shape.channels}, weight.options()); };
    Tensor dw = vector(), db = vector();
    std::vector<float> k0(shape.channels), k1(shape.channels), k2(shape.channels);
    const float *w = weight.const_data_ptr<float>(), *inv = inverse.const_data_ptr<float>();
    float *to_w = dw.mutable_data_ptr<float>(), *to_b = db.mutable_data_ptr<float>();
    const double n = static_cast<double>(shape.rows);
    for (int64_t c = 0; c < shape.channels; ++c) {
      const double invert = inv[c], factor = w[c] * invert;
      to_w[c] = static_cast<float>(dots[c] * invert);
      to_b[c] = static_cast<float>(sums[c]);
      k0[c] = static_cast<float>(factor);
      k1[c] = static_cast<float>(-factor * invert * invert * dots[c] / n);
      k2[c] = static_cast<float>(-factor * sums[c] / n);
    }

    Tensor dx = at::empty_like(x);
    ct::parallel_for(0, blocks_of(shape.rows), 1, [&](int64_t from, int64_t to) {
      const int64_t first = from * kBlock, last = std::min(to * kBlock, shape.rows);
      const ct::Rows part{last - first, shape.channels, shape.kind};
      ct::kernels().gradient(row_of(x, shape, first), row_of(dy, shape, first), row_of(g, shape, first),
                             mutable_row_of(dx, shape, first), part, affine, center, k0.data(), k1.data(), k2.data(),
                             relu);
    });
    Tensor to_residual = !summed ? Tensor() : relu ? g : dy;
    return {dx, dw, db, Tensor(), Tensor(), to_residual, Tensor(), Tensor(), Tensor()};
  }

  static void apply_affine(const Tensor& x, const Tensor& residual, Tensor& y, const ct::Rows& shape,
                           const Tensor& scale, const Tensor& shift, bool relu) {
    const ct::Affine affine{scale.const_data_ptr<float>(), shift.const_data_ptr<float>()};
    ct::parallel_for(0, blocks_of(shape.rows), 1, [&](int64_t from, int64_t to) {
      const int64_t first = from * kBlock, last = std::min(to * kBlock, shape.rows);
      const ct::Rows part{last - first, shape.channels, shape.kind};
      ct::kernels().affine(row_of(x, shape, first), row_of(residual, shape, first), mutable_row_of(y, shape, first),
                           part, affine, relu);
    });
  }
};

bool fits(const Tensor& x) {
  return x.dim() == 4 && x.is_cpu() && x.size(1) % ct::kLanes == 0 && x.numel() > 0 &&
         (x.scalar_type() == at::kFloat || x.scalar_type() == at::kBFloat16) &&
         x.is_contiguous(at::MemoryFormat::ChannelsLast);
}

}  // namespace

extern "C" {

// Leaves `out` null where the kernels do not fit the tensors; the caller then takes libtorch's ops.
char* ct_batch_norm(Handle x, Handle weight, Handle bias, Handle running_mean, Handle running_var, Handle residual,
                    double momentum, double eps, bool relu, Handle* out) {
  CT_TRY({
    Tensor other = tensor_of(residual);
    *out = nullptr;
    if (fits(*x) && (!other.defined() || (fits(other) && other.sizes() == x->sizes() &&
                                          other.scalar_type() == x->scalar_type()))) {
      // An undefined tensor may not be an argument of an autograd function.
      std::optional<Tensor> sum;
      if (other.defined()) sum = other;
      *out = new Tensor(BatchNormRelu::apply(*x, *weight, *bias, *running_mean, *running_var, sum, momentum, eps, relu));
    }
  })
}

// With the running statistics and no gradients.
char* ct_batch_norm_evaluate(Handle x, Handle weight, Handle bias, Handle running_mean, Handle running_var,
                             Handle residual, double eps, bool relu, Handle* out) {
  CT_TRY({
    Tensor other = tensor_of(residual);
    *out = nullptr;
    if (fits(*x) && (!other.defined() || (fits(other) && other.sizes() == x->sizes() &&
                                          other.scalar_type() == x->scalar_type()))) {
      const ct::Rows shape = rows_of(*x);
      Tensor scale = at::empty({shape.channels}, weight->options()), shift = at::empty_like(scale);
      const float *w = weight->const_data_ptr<float>(), *b = bias->const_data_ptr<float>(),
                  *mean = running_mean->const_data_ptr<float>(), *variance = running_var->const_data_ptr<float>();
      float *a = scale.mutable_data_ptr<float>(), *c = shift.mutable_data_ptr<float>();
      for (int64_t i = 0; i < shape.channels; ++i) {
        const double invert = 1.0 / std::sqrt(variance[i] + eps);
        a[i] = static_cast<float>(w[i] * invert);
        c[i] = static_cast<float>(b[i] - mean[i] * w[i] * invert);
      }
      Tensor y = at::empty_like(*x);
      BatchNormRelu::apply_affine(*x, other, y, shape, scale, shift, relu);
      *out = new Tensor(y);
    }
  })
}

}  // extern "C"
