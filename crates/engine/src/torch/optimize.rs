//! libtorch's fused optimizers.

use tch::Tensor;

use super::call::{Answer, Handle, check, handle_or_null, handles};
use crate::error::Result;

unsafe extern "C" {
    fn ct_fused_adamw_(
        params: *const Handle,
        grads: *const Handle,
        exp_avgs: *const Handle,
        exp_avg_sqs: *const Handle,
        state_steps: *const Handle,
        count: usize,
        lr: f64,
        beta1: f64,
        beta2: f64,
        weight_decay: f64,
        eps: f64,
        found_inf: Handle,
    ) -> Answer;
    fn ct_fused_sgd_(
        params: *const Handle,
        grads: *const Handle,
        momentum_buffers: *const Handle,
        count: usize,
        lr: f64,
        momentum: f64,
        dampening: f64,
        weight_decay: f64,
        nesterov: bool,
        first_step: bool,
        found_inf: Handle,
    ) -> Answer;
}

/// The numbers of `torch.optim.AdamW`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct AdamwNumbers {
    pub lr: f64,
    pub beta1: f64,
    pub beta2: f64,
    pub weight_decay: f64,
    pub eps: f64,
}

/// The numbers of `torch.optim.SGD`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct SgdNumbers {
    pub lr: f64,
    pub momentum: f64,
    pub dampening: f64,
    pub weight_decay: f64,
    pub nesterov: bool,
    pub first_step: bool,
}

/// One AdamW step over the lists; `steps` (one f32 scalar a parameter) are already counted up.
pub(crate) fn fused_adamw(
    params: &[&Tensor],
    grads: &[&Tensor],
    averages: [&[&Tensor]; 2],
    steps: &[&Tensor],
    numbers: AdamwNumbers,
    found_inf: Option<&Tensor>,
) -> Result<()> {
    let list = |tensors: &[&Tensor]| handles(tensors.iter().copied());
    let (p, g, m, v, s) = (list(params), list(grads), list(averages[0]), list(averages[1]), list(steps));
    // SAFETY: the handles live as long as the call, and all lists have one length.
    check(unsafe {
        ct_fused_adamw_(
            p.as_ptr(),
            g.as_ptr(),
            m.as_ptr(),
            v.as_ptr(),
            s.as_ptr(),
            p.len(),
            numbers.lr,
            numbers.beta1,
            numbers.beta2,
            numbers.weight_decay,
            numbers.eps,
            handle_or_null(found_inf),
        )
    })
}

/// One SGD step over the lists.
pub(crate) fn fused_sgd(
    params: &[&Tensor],
    grads: &[&Tensor],
    momentum_buffers: &[&Tensor],
    numbers: SgdNumbers,
    found_inf: Option<&Tensor>,
) -> Result<()> {
    let list = |tensors: &[&Tensor]| handles(tensors.iter().copied());
    let (p, g, m) = (list(params), list(grads), list(momentum_buffers));
    // SAFETY: the handles live as long as the call, and all lists have one length.
    check(unsafe {
        ct_fused_sgd_(
            p.as_ptr(),
            g.as_ptr(),
            m.as_ptr(),
            p.len(),
            numbers.lr,
            numbers.momentum,
            numbers.dampening,
            numbers.weight_decay,
            numbers.nesterov,
            numbers.first_step,
            handle_or_null(found_inf),
        )
    })
}
