// One pass over all parameters: clip, AdamW or SGD, average, bf16 shadow. On the CPU.
#include "parallel.h"
#include "rows.h"
#include "shim.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>
#include <torch/csrc/autograd/grad_mode.h>

#include <algorithm>
#include <cmath>

namespace {

using at::Tensor;

// Elements of a piece of work; fixed, so that the norm does not depend on the number of threads.
constexpr int64_t kPiece = 16384;

struct Piece {
  size_t slot;
  int64_t begin, end;
};

// The gradient in the parameter's own order in memory; itself where it has it.
Tensor in_order_of(const Tensor& grad, const Tensor& param) {
  if (grad.strides() == param.strides() && grad.is_non_overlapping_and_dense()) return grad;
  Tensor copy = at::empty_like(param, param.options().dtype(grad.scalar_type()));
  copy.copy_(grad);
  return copy;
}

float* floats(Handle tensor) { return tensor == nullptr ? nullptr : tensor->mutable_data_ptr<float>(); }

}  // namespace

extern "C" {

struct CtStep {
  // 0 AdamW, 1 SGD.
  int rule;
  double beta1, beta2, eps;
  double momentum, dampening;
  bool nesterov, first_step;
  // Counted from 1.
  int64_t step;
  // Gradients are multiplied by this first.
  double grad_factor;
  // ≤ 0 is off.
  double clip_norm, clip_value;
  // Of the average; the new value has weight 1 − decay.
  double ema_decay;
};

// Lists of `count` parameters; `first`, `second`, `ema`, `shadow` hold nulls where there is none. `averages` are pairs
// (value, average) without gradients. `norm` is the gradients' norm before clipping (0 without clipping by norm); where
// it is not finite nothing is changed.
char* ct_fused_step(const Handle* params, const Handle* grads, const Handle* first, const Handle* second,
                    const Handle* ema, const Handle* shadow, const double* lr, const double* weight_decay,
                    size_t count, const Handle* values, const Handle* averages, size_t average_count,
                    const CtStep* step, double* norm) {
  CT_TRY({
    CT_NAMED("own::optimizer_step");
    torch::autograd::AutoGradMode off(false);
    std::vector<Tensor> ordered;
    std::vector<ct::Slot> slots;
    std::vector<Piece> pieces;
    auto add_pieces = [&](int64_t size) {
      for (int64_t begin = 0; begin < size; begin += kPiece) {
        pieces.push_back({slots.size() - 1, begin, std::min(begin + kPiece, size)});
      }
    };
    for (size_t i = 0; i < count; ++i) {
      ordered.push_back(in_order_of(*grads[i], *params[i]));
      const Tensor& grad = ordered.back();
      TORCH_CHECK(grad.scalar_type() == at::kFloat || grad.scalar_type() == at::kBFloat16, "a gradient of kind ",
                  grad.scalar_type());
      auto* half = shadow[i] == nullptr ? nullptr : static_cast<uint16_t*>(shadow[i]->mutable_data_ptr());
      slots.push_back({floats(params[i]), grad.const_data_ptr(), floats(first[i]), floats(second[i]), floats(ema[i]),
                       half, params[i]->numel(), kernel_kind(grad.scalar_type()), static_cast<float>(lr[i]),
                       static_cast<float>(weight_decay[i])});
      add_pieces(params[i]->numel());
    }
    const size_t steps = pieces.size();
    for (size_t i = 0; i < average_count; ++i) {
      slots.push_back({floats(values[i]), nullptr, nullptr, nullptr, floats(averages[i]), nullptr, values[i]->numel(),
                       ct::kFloat, 0.0f, 0.0f});
      add_pieces(values[i]->numel());
    }

    double factor = step->grad_factor;
    *norm = 0.0;
    if (step->clip_norm > 0) {
      std::vector<float> squares(steps);
      ct::parallel_for(0, steps, 4, [&](int64_t from, int64_t to) {
        for (int64_t i = from; i < to; ++i) {
          squares[i] = ct::kernels().square_sum(slots[pieces[i].slot], pieces[i].begin, pieces[i].end);
        }
      });
      double total = 0.0;
      for (float square : squares) total += square;
      *norm = std::sqrt(total) * std::abs(factor);
      if (!std::isfinite(*norm)) return nullptr;
      factor *= std::min(1.0, step->clip_norm / (*norm + 1e-6));
    }

    ct::StepNumbers numbers{};
    numbers.grad_factor = static_cast<float>(factor);
    numbers.clamp = static_cast<float>(std::max(0.0, step->clip_value));
    numbers.ema_weight = static_cast<float>(1.0 - step->ema_decay);
    numbers.rest1 = static_cast<float>(1.0 - step->beta1);
    numbers.rest2 = static_cast<float>(1.0 - step->beta2);
    numbers.beta2 = static_cast<float>(step->beta2);
    numbers.eps = static_cast<float>(step->eps);
    numbers.bias1 = static_cast<float>(1.0 - std::pow(step->beta1, static_cast<double>(step->step)));
    numbers.bias2_root = static_cast<float>(std::sqrt(1.0 - std::pow(step->beta2, static_cast<double>(step->step))));
    numbers.momentum = static_cast<float>(step->momentum);
    numbers.fresh = static_cast<float>(1.0 - step->dampening);
    numbers.nesterov = step->nesterov;
    numbers.first_step = step->first_step;
    const auto rule = step->rule == 0 ? ct::kernels().adamw : ct::kernels().sgd;
    ct::parallel_for(0, pieces.size(), 4, [&](int64_t from, int64_t to) {
      for (int64_t i = from; i < to; ++i) {
        const Piece& piece = pieces[i];
        const bool stepped = i < static_cast<int64_t>(steps);
        (stepped ? rule : ct::kernels().average)(slots[piece.slot], piece.begin, piece.end, numbers);
      }
    });
  })
}

// u8 [N, H, W, 3] → normalised [N, 3, H, W] in channels_last, fp32 or bf16.
char* ct_normalize(Handle images, const float* mean, const float* deviation, bool bfloat16, Handle* out) {
  CT_TRY({
    const Tensor& bytes = *images;
    CT_NAMED("own::normalize");
    Tensor y = at::empty({bytes.size(0), 3, bytes.size(1), bytes.size(2)},
                         at::TensorOptions().dtype(bfloat16 ? at::kBFloat16 : at::kFloat),
                         at::MemoryFormat::ChannelsLast);
    const uint8_t* in = bytes.const_data_ptr<uint8_t>();
    char* to = static_cast<char*>(y.mutable_data_ptr());
    const int64_t pixels = bytes.numel() / 3, width = y.element_size();
    // Multiples of 16 pixels, so that each part begins where the pattern of constants does.
    constexpr int64_t kPart = 4096;
    ct::parallel_for(0, (pixels + kPart - 1) / kPart, 1, [&](int64_t from, int64_t until) {
      const int64_t first = from * kPart, last = std::min(until * kPart, pixels);
      ct::kernels().normalize(in + 3 * first, to + 3 * first * width, last - first, mean, deviation,
                              bfloat16 ? ct::kBFloat16 : ct::kFloat);
    });
    *out = new Tensor(y);
  })
}

}  // extern "C"
