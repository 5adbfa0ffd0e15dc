//! 3x3 convolutions with stride 1 and padding 1 on the CPU.

use tch::Tensor;

use super::call::{Answer, Handle, handle, perhaps_tensor_from};
use crate::error::Result;

unsafe extern "C" {
    fn ct_winograd(x: Handle, weight: Handle, out: *mut Handle) -> Answer;
}

/// `x_nchw` * `weight` [K, C, 3, 3] with stride 1 and padding 1; differentiable. Tiles of 2x2 outputs take 4 / 9 of the
/// products of a direct convolution, tiles of 4x4 a quarter. In bf16 the transformed values are rounded once more, which
/// makes about twice the error that rounding the result to bf16 makes anyway in tiles of 2x2, and six times in tiles of 4x4;
/// these are for the gradients in bf16, which say no more than the batch they come from.
pub(crate) fn winograd(x_nchw: &Tensor, weight: &Tensor) -> Result<Option<Tensor>> {
    perhaps_tensor_from(|out| unsafe { ct_winograd(handle(x_nchw), handle(weight), out) })
}

#[cfg(test)]
mod tests {
    use tch::Kind;

    use super::super::test_tensors::{exact_conv, last, normal, relative_error};
    use super::*;

    #[test]
    fn winograds_convolution_and_its_gradients_are_exact_to_rounding() {
        // Rounding to bf16 alone makes 1.7e-3.
        for (kind, tolerance, of_gradients) in [(Kind::Float, 1e-6, 1e-6), (Kind::BFloat16, 5e-3, 1.3e-2)] {
            for (shape, out) in [
                ([1, 32, 1, 1], 32),
                ([3, 64, 2, 2], 96),
                ([2, 32, 7, 5], 64),
                ([5, 256, 4, 3], 32),
                ([7, 160, 9, 8], 320),
                ([2, 64, 31, 33], 64),
                ([1, 288, 24, 24], 256),
            ] {
                let x = last(normal("x", &shape).to_kind(kind)).set_requires_grad(true);
                let weight = last(normal("w", &[out, shape[1], 3, 3]).to_kind(kind)).set_requires_grad(true);
                let dy = last(normal("dy", &[shape[0], out, shape[2], shape[3]]).to_kind(kind));
                let Some(y) = winograd(&x, &weight).expect("ran") else {
                    assert_eq!(kind, Kind::BFloat16, "float always fits");
                    continue;
                };
                let exact = |t: &Tensor| t.detach().to_kind(Kind::Double).set_requires_grad(true);
                let (exact_x, exact_weight) = (exact(&x), exact(&weight));
                let exact_y = exact_conv(&exact_x, &exact_weight, None, 1);
                let error = relative_error(&y, &exact_y);
                assert!(error < tolerance, "{kind:?} {shape:?}: {error}");
                let own = Tensor::run_backward(&[(&y * &dy).sum(Kind::Float)], &[&x, &weight], false, false);
                let exact_dy = dy.to_kind(Kind::Double);
                let plain = Tensor::run_backward(
                    &[(&exact_y * &exact_dy).sum(Kind::Double)],
                    &[&exact_x, &exact_weight],
                    false,
                    false,
                );
                for (own, plain) in own.iter().zip(&plain) {
                    let error = relative_error(own, plain);
                    assert!(error < of_gradients, "gradients, {kind:?} {shape:?}: {error}");
                }
            }
        }
        let x = last(normal("x", &[2, 64, 4, 4]));
        for other in [&[64, 64, 1, 1], &[40, 64, 3, 3]] {
            assert!(winograd(&x, &last(normal("w", other))).expect("ran").is_none());
        }
    }

    #[test]
    fn winograds_results_do_not_depend_on_threads() {
        let x = last(normal("x", &[9, 64, 12, 10])).set_requires_grad(true);
        let deep = last(normal("x", &[9, 256, 5, 5])).set_requires_grad(true);
        let run = |threads: i32| -> Vec<Tensor> {
            tch::set_num_threads(threads);
            [&x, &deep]
                .iter()
                .flat_map(|x| {
                    let w = last(normal("w", &[96, x.size()[1], 3, 3])).set_requires_grad(true);
                    let y = winograd(x, &w).expect("ran").expect("fits");
                    let mut all =
                        Tensor::run_backward(&[y.square().sum(Kind::Float)], &[*x, &w], false, false);
                    all.push(y.detach());
                    all
                })
                .collect()
        };
        let threads = tch::get_num_threads();
        let one = run(1);
        for other in [2, 3, 5] {
            for (a, b) in one.iter().zip(&run(other)) {
                assert!(a.equal(b), "{other} threads");
            }
        }
        tch::set_num_threads(threads);
    }
}
