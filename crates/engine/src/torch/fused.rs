//! The engine's own CPU kernels. Each says where it does not fit, and the caller then takes libtorch's ops.

use std::ffi::{CStr, c_char};

use tch::{Kind, Tensor};

use super::call::{Answer, Handle, check, handle, handle_or_null, handles, perhaps_tensor_from, tensor_from};
use crate::error::Result;

unsafe extern "C" {
    fn ct_batch_norm(
        x: Handle,
        weight: Handle,
        bias: Handle,
        running_mean: Handle,
        running_var: Handle,
        residual: Handle,
        momentum: f64,
        eps: f64,
        relu: bool,
        out: *mut Handle,
    ) -> Answer;
    fn ct_batch_norm_evaluate(
        x: Handle,
        weight: Handle,
        bias: Handle,
        running_mean: Handle,
        running_var: Handle,
        residual: Handle,
        eps: f64,
        relu: bool,
        out: *mut Handle,
    ) -> Answer;
    fn ct_max_pool(x: Handle, out: *mut Handle) -> Answer;
    fn ct_normalize(
        images: Handle,
        mean: *const f32,
        deviation: *const f32,
        bfloat16: bool,
        out: *mut Handle,
    ) -> Answer;
    fn ct_fused_step(
        params: *const Handle,
        grads: *const Handle,
        first: *const Handle,
        second: *const Handle,
        ema: *const Handle,
        shadow: *const Handle,
        lr: *const f64,
        weight_decay: *const f64,
        count: usize,
        values: *const Handle,
        averages: *const Handle,
        average_count: usize,
        step: *const StepNumbers,
        norm: *mut f64,
    ) -> Answer;
    fn ct_kernel_name() -> *const c_char;
}

/// `kernels_avx512`, `kernels_avx2` or `kernels_baseline`.
pub(crate) fn kernel_name() -> String {
    // SAFETY: a constant of the library.
    unsafe { CStr::from_ptr(ct_kernel_name()) }.to_string_lossy().into_owned()
}

/// The tensors of a batch norm, by channel.
#[derive(Clone, Copy)]
pub(crate) struct NormTensors<'a> {
    pub weight: &'a Tensor,
    pub bias: &'a Tensor,
    pub running_mean: &'a Tensor,
    pub running_var: &'a Tensor,
}

/// `relu(bn(x) + residual)` with the batch's statistics, differentiable; momentum 0 leaves the running ones alone.
pub(crate) fn batch_norm(
    x_nchw: &Tensor,
    of: NormTensors,
    residual_nchw: Option<&Tensor>,
    momentum: f64,
    eps: f64,
    relu: bool,
) -> Result<Option<Tensor>> {
    // SAFETY (here and below): the handles live as long as the call.
    perhaps_tensor_from(|out| unsafe {
        ct_batch_norm(
            handle(x_nchw),
            handle(of.weight),
            handle(of.bias),
            handle(of.running_mean),
            handle(of.running_var),
            handle_or_null(residual_nchw),
            momentum,
            eps,
            relu,
            out,
        )
    })
}

/// The same with the running statistics; carries no gradients.
pub(crate) fn batch_norm_evaluate(
    x_nchw: &Tensor,
    of: NormTensors,
    residual_nchw: Option<&Tensor>,
    eps: f64,
    relu: bool,
) -> Result<Option<Tensor>> {
    perhaps_tensor_from(|out| unsafe {
        ct_batch_norm_evaluate(
            handle(x_nchw),
            handle(of.weight),
            handle(of.bias),
            handle(of.running_mean),
            handle(of.running_var),
            handle_or_null(residual_nchw),
            eps,
            relu,
            out,
        )
    })
}

/// 3x3, stride 2, padding 1; differentiable.
pub(crate) fn max_pool(x_nchw: &Tensor) -> Result<Option<Tensor>> {
    perhaps_tensor_from(|out| unsafe { ct_max_pool(handle(x_nchw), out) })
}

/// u8 [N, H, W, 3] on the CPU → normalised [N, 3, H, W] in channels_last; `kind` is Float or BFloat16.
pub(crate) fn normalize(images_nhwc: &Tensor, mean: &[f32; 3], std: &[f32; 3], kind: Kind) -> Result<Tensor> {
    let half = kind == Kind::BFloat16;
    tensor_from(|out| unsafe { ct_normalize(handle(images_nhwc), mean.as_ptr(), std.as_ptr(), half, out) })
}

/// What a step does; the layout is the shim's `CtStep`.
#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct StepNumbers {
    /// 0 AdamW, 1 SGD.
    pub rule: i32,
    pub beta1: f64,
    pub beta2: f64,
    pub eps: f64,
    pub momentum: f64,
    pub dampening: f64,
    pub nesterov: bool,
    pub first_step: bool,
    /// Counted from 1.
    pub step: i64,
    /// Gradients are multiplied by this first.
    pub grad_factor: f64,
    /// ≤ 0 is off.
    pub clip_norm: f64,
    pub clip_value: f64,
    pub ema_decay: f64,
}

/// A parameter of a fused step: fp32, in any dense order; its gradient is fp32 or bf16.
pub(crate) struct StepSlot<'a> {
    pub param: &'a Tensor,
    pub grad: &'a Tensor,
    pub first: Option<&'a Tensor>,
    pub second: Option<&'a Tensor>,
    pub ema: Option<&'a Tensor>,
    /// The parameter in bf16.
    pub shadow: Option<&'a Tensor>,
    pub lr: f64,
    pub weight_decay: f64,
}

/// Clip, optimizer, average and shadows in one pass; `averages` are (value, average) pairs that have no gradient.
/// Returns the gradients' norm before clipping by norm, else 0; where it is not finite nothing has changed.
pub(crate) fn fused_step(
    slots: &[StepSlot],
    averages: &[(&Tensor, &Tensor)],
    numbers: &StepNumbers,
) -> Result<f64> {
    let list = |pick: &dyn Fn(&StepSlot) -> Handle| slots.iter().map(pick).collect::<Vec<Handle>>();
    let params = list(&|slot| handle(slot.param));
    let grads = list(&|slot| handle(slot.grad));
    let first = list(&|slot| handle_or_null(slot.first));
    let second = list(&|slot| handle_or_null(slot.second));
    let ema = list(&|slot| handle_or_null(slot.ema));
    let shadow = list(&|slot| handle_or_null(slot.shadow));
    let lr: Vec<f64> = slots.iter().map(|slot| slot.lr).collect();
    let weight_decay: Vec<f64> = slots.iter().map(|slot| slot.weight_decay).collect();
    let values = handles(averages.iter().map(|pair| pair.0));
    let means = handles(averages.iter().map(|pair| pair.1));
    let mut norm = 0.0;
    check(unsafe {
        ct_fused_step(
            params.as_ptr(),
            grads.as_ptr(),
            first.as_ptr(),
            second.as_ptr(),
            ema.as_ptr(),
            shadow.as_ptr(),
            lr.as_ptr(),
            weight_decay.as_ptr(),
            slots.len(),
            values.as_ptr(),
            means.as_ptr(),
            averages.len(),
            numbers,
            &mut norm,
        )
    })?;
    Ok(norm)
}

#[cfg(test)]
mod tests {
    use tch::Device;

    use super::super::test_tensors::{distance, last, normal};
    use super::super::{AdamwNumbers, SgdNumbers, clone_as, fused_adamw, fused_sgd};
    use super::*;

    #[test]
    fn batch_norm_is_libtorchs_with_all_gradients() {
        for (kind, tolerance) in [(Kind::Float, 1e-5), (Kind::BFloat16, 2e-2)] {
            for (shape, residual, relu) in [
                ([4, 64, 17, 9], false, true),
                ([2, 128, 5, 5], true, true),
                ([3, 80, 7, 7], true, true),
                ([5, 16, 3, 3], false, false),
                ([2, 256, 1, 1], true, false),
            ] {
                let x = last((normal("x", &shape) * 2.0 + 3.0).to_kind(kind)).set_requires_grad(true);
                let z = last(normal("z", &shape).to_kind(kind)).set_requires_grad(true);
                let dy = last(normal("dy", &shape).to_kind(kind));
                let c = [shape[1]];
                let weight = (normal("w", &c) * 0.5 + 1.0).set_requires_grad(true);
                let bias = normal("b", &c).set_requires_grad(true);
                let statistics = || (normal("mean", &c), normal("var", &c).abs());
                let inputs = if residual { vec![&x, &weight, &bias, &z] } else { vec![&x, &weight, &bias] };

                let (mean, var) = statistics();
                let of = NormTensors { weight: &weight, bias: &bias, running_mean: &mean, running_var: &var };
                let y =
                    batch_norm(&x, of, residual.then_some(&z), 0.1, 1e-5, relu).expect("ran").expect("fits");
                let own = Tensor::run_backward(&[(&y * &dy).sum(Kind::Float)], &inputs, false, false);

                let (plain_mean, plain_var) = statistics();
                let args = [&weight, &bias, &plain_mean, &plain_var].map(Some);
                let mut plain_y = x.batch_norm(args[0], args[1], args[2], args[3], true, 0.1, 1e-5, false);
                if residual {
                    plain_y += &z;
                }
                if relu {
                    plain_y = plain_y.relu();
                }
                let plain = Tensor::run_backward(&[(&plain_y * &dy).sum(Kind::Float)], &inputs, false, false);

                // With two values a channel their difference cancels and fp32 itself is off by more than the tolerance:
                // the double result is the judge, and libtorch's own distance from it is allowed for.
                let (exact_mean, exact_var) = statistics();
                let doubles =
                    [&x, &weight, &bias, &exact_mean, &exact_var].map(|tensor| tensor.to_kind(Kind::Double));
                let [x_exact, parameters @ ..] = &doubles;
                let of_exact = parameters.each_ref().map(Some);
                let [gamma, beta, running_mean, running_var] = of_exact;
                let mut exact =
                    x_exact.batch_norm(gamma, beta, running_mean, running_var, true, 0.1, 1e-5, false);
                if residual {
                    exact += z.to_kind(Kind::Double);
                }
                if relu {
                    exact = exact.relu();
                }
                let (own_off, plain_off) = (distance(&y, &exact), distance(&plain_y, &exact));
                assert!(
                    own_off < tolerance + plain_off,
                    "{kind:?} {shape:?} y {own_off}, libtorch {plain_off}"
                );
                assert!(
                    distance(&mean, &plain_mean) < 1e-5 && distance(&var, &plain_var) < 1e-5,
                    "{shape:?}"
                );
                for (i, (own, plain)) in own.iter().zip(&plain).enumerate() {
                    // In bf16 a value at the ReLU's edge may fall on either side: compare in the mean.
                    let found = if kind == Kind::Float {
                        distance(own, plain)
                    } else {
                        (own - plain).abs().mean(Kind::Float).double_value(&[])
                            / plain.abs().mean(Kind::Float).double_value(&[])
                    };
                    assert!(
                        found < 10.0 * tolerance,
                        "{kind:?} {shape:?} {residual} {relu} gradient {i}: {found}"
                    );
                }
                let evaluated = batch_norm_evaluate(&x, of, residual.then_some(&z), 1e-5, relu);
                let mut expected =
                    x.batch_norm(args[0], args[1], Some(&mean), Some(&var), false, 0.1, 1e-5, false);
                if residual {
                    expected += &z;
                }
                if relu {
                    expected = expected.relu();
                }
                assert!(
                    distance(&evaluated.expect("ran").expect("fits"), &expected) < tolerance,
                    "{shape:?}"
                );
            }
        }
    }

    #[test]
    fn batch_norm_passes_nan_on_and_leaves_what_does_not_fit() {
        let (c, one) = ([16], Tensor::ones([16], (Kind::Float, Device::Cpu)));
        let of = NormTensors {
            weight: &one,
            bias: &one,
            running_mean: &normal("m", &c),
            running_var: &one.copy(),
        };
        let mut x = last(normal("x", &[2, 16, 4, 4]));
        assert!(batch_norm(&x.contiguous(), of, None, 0.0, 1e-5, true).expect("ran").is_none());
        let _ = x.get(0).get(3).get(0).get(0).fill_(f64::NAN);
        let y = batch_norm(&x, of, None, 0.0, 1e-5, true).expect("ran").expect("fits");
        assert_eq!(y.isnan().sum(Kind::Int64).int64_value(&[]), 32);
        x = last(normal("x", &[2, 12, 4, 4]));
        assert!(batch_norm(&x, of, None, 0.0, 1e-5, true).expect("ran").is_none());
    }

    #[test]
    fn the_pool_is_libtorchs() {
        for kind in [Kind::Float, Kind::BFloat16] {
            for shape in [[2, 64, 8, 8], [1, 16, 7, 5], [3, 32, 1, 2], [1, 16, 1, 1]] {
                // Few different values, so that there are ties.
                let x = last((normal("x", &shape) * 2.0).round().to_kind(kind)).set_requires_grad(true);
                let y = max_pool(&x).expect("ran").expect("fits");
                let plain_y = x.max_pool2d([3, 3], [2, 2], [1, 1], [1, 1], false);
                assert!(y.equal(&plain_y), "{kind:?} {shape:?}");
                let dy = (normal("dy", &y.size()) * 4.0).round().to_kind(kind);
                let gradient = |y: &Tensor| {
                    Tensor::run_backward(&[(y * &dy).sum(Kind::Float)], &[&x], false, false).remove(0)
                };
                assert!(gradient(&y).equal(&gradient(&plain_y)), "{kind:?} {shape:?}");
            }
        }
    }

    #[test]
    fn the_step_is_libtorchs_and_its_norm_does_not_depend_on_threads() {
        let shapes: [&[i64]; 4] = [&[64, 32, 3, 3], &[40_000], &[7], &[5, 3]];
        let of = |name: &str| -> Vec<Tensor> {
            shapes
                .iter()
                .enumerate()
                .map(|(i, shape)| {
                    let tensor = normal(&format!("{name}{i}"), shape);
                    if shape.len() == 4 { last(tensor) } else { tensor }
                })
                .collect()
        };
        let steps = Tensor::from(3f32);
        for (rule, clip) in [(0, true), (0, false), (1, false)] {
            let (grads, first, second) =
                (of("g"), of("m"), of("v").iter().map(Tensor::abs).collect::<Vec<_>>());
            let numbers = StepNumbers {
                rule,
                beta1: 0.9,
                beta2: 0.999,
                eps: 1e-8,
                momentum: 0.9,
                dampening: 0.1,
                nesterov: rule == 1,
                first_step: false,
                step: 3,
                grad_factor: 0.5,
                clip_norm: if clip { 1.0 } else { 0.0 },
                clip_value: if clip { 0.0 } else { 0.3 },
                ema_decay: 0.75,
            };
            let run = |threads| {
                crate::torch::set_threads(threads).expect("set");
                let copies = |list: &[Tensor]| list.iter().map(Tensor::copy).collect::<Vec<_>>();
                let (params, m, v, ema) = (of("p"), copies(&first), copies(&second), of("e"));
                let shadows: Vec<Tensor> =
                    params.iter().map(|p| clone_as(p, Kind::BFloat16).expect("bf16")).collect();
                let slots: Vec<StepSlot> = (0..params.len())
                    .map(|i| StepSlot {
                        param: &params[i],
                        grad: &grads[i],
                        first: Some(&m[i]),
                        second: (rule == 0).then_some(&v[i]),
                        ema: Some(&ema[i]),
                        shadow: Some(&shadows[i]),
                        lr: 0.01,
                        weight_decay: 0.1,
                    })
                    .collect();
                let norm = fused_step(&slots, &[], &numbers).expect("ran");
                (norm, params, m, v, ema, shadows)
            };
            let (norm, params, m, v, ema, shadows) = run(2);
            let single = run(1);
            assert!(
                norm.to_bits() == single.0.to_bits() && params.iter().zip(&single.1).all(|(a, b)| a.equal(b))
            );

            let mut scaled: Vec<Tensor> = grads.iter().map(|g| g * 0.5).collect();
            if clip {
                let total = super::super::total_norm(&scaled).expect("a norm");
                assert!((total.double_value(&[]) - norm).abs() < 1e-5 * norm);
                super::super::scale(&scaled, 1.0 / (norm + 1e-6)).expect("scaled");
            } else {
                scaled = scaled.iter().map(|g| g.clamp(-0.3, 0.3)).collect();
            }
            let (plain, plain_m, plain_v) = (of("p"), first, second);
            fn refs(list: &[Tensor]) -> Vec<&Tensor> {
                list.iter().collect()
            }
            if rule == 0 {
                let numbers =
                    AdamwNumbers { lr: 0.01, beta1: 0.9, beta2: 0.999, weight_decay: 0.1, eps: 1e-8 };
                let (means, squares) = (refs(&plain_m), refs(&plain_v));
                let counts = vec![&steps; plain.len()];
                fused_adamw(&refs(&plain), &refs(&scaled), [&means, &squares], &counts, numbers, None)
                    .expect("ran");
            } else {
                let numbers = SgdNumbers {
                    lr: 0.01,
                    momentum: 0.9,
                    dampening: 0.1,
                    weight_decay: 0.1,
                    nesterov: true,
                    first_step: false,
                };
                fused_sgd(&refs(&plain), &refs(&scaled), &refs(&plain_m), numbers, None).expect("ran");
            }
            for i in 0..plain.len() {
                assert!(distance(&params[i], &plain[i]) < 1e-6, "{rule} {clip} {i}");
                assert!(distance(&m[i], &plain_m[i]) < 1e-6 && distance(&v[i], &plain_v[i]) < 1e-6);
                assert!(shadows[i].equal(&params[i].to_kind(Kind::BFloat16)), "{rule} {clip} shadow {i}");
                let average = &of("e")[i] * 0.75 + &params[i] * 0.25;
                assert!(distance(&ema[i], &average) < 1e-6);
            }
        }
    }
}
