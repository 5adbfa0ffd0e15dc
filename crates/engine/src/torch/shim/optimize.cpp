// libtorch's own fused optimizers.
#include "shim.h"

#include <ATen/ops/_fused_adamw.h>
#include <ATen/ops/_fused_sgd.h>
#include <torch/csrc/autograd/grad_mode.h>

#include <optional>

using torch::autograd::AutoGradMode;

extern "C" {

// `state_steps`: one f32 scalar a parameter, counted up by the caller before the call.
char* ct_fused_adamw_(const Handle* params, const Handle* grads, const Handle* exp_avgs,
                      const Handle* exp_avg_sqs, const Handle* state_steps, size_t count, double lr,
                      double beta1, double beta2, double weight_decay, double eps, Handle found_inf) {
  CT_TRY({
    AutoGradMode off(false);
    std::optional<at::Tensor> inf;
    if (found_inf != nullptr) inf = *found_inf;
    at::_fused_adamw_(list_of(params, count), list_of(grads, count), list_of(exp_avgs, count),
                      list_of(exp_avg_sqs, count), {}, list_of(state_steps, count), lr, beta1, beta2,
                      weight_decay, eps, false, false, std::nullopt, inf);
  })
}

char* ct_fused_sgd_(const Handle* params, const Handle* grads, const Handle* momentum_buffers, size_t count,
                    double lr, double momentum, double dampening, double weight_decay, bool nesterov,
                    bool first_step, Handle found_inf) {
  CT_TRY({
    AutoGradMode off(false);
    std::optional<at::Tensor> inf;
    if (found_inf != nullptr) inf = *found_inf;
    at::_fused_sgd_(list_of(params, count), list_of(grads, count),
                    momentum == 0.0 ? std::vector<at::Tensor>{} : list_of(momentum_buffers, count), weight_decay,
                    momentum, lr, dampening, nesterov, false, first_step, std::nullopt, inf);
  })
}

}  // extern "C"
