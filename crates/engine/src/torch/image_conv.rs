//! The convolution of images, whose channels are few, on the CPU.

use tch::Tensor;

use super::call::{Answer, Handle, handle, perhaps_tensor_from};
use crate::error::Result;

unsafe extern "C" {
    fn ct_image_conv(x: Handle, weight: Handle, stride: i64, padding: i64, out: *mut Handle) -> Answer;
}

/// `x_nchw` * `weight` [K, C, R, R] with C · R up to 64; differentiable by the weight. None where it does not fit.
pub(crate) fn image_conv(
    x_nchw: &Tensor,
    weight: &Tensor,
    stride: i64,
    padding: i64,
) -> Result<Option<Tensor>> {
    // SAFETY: the handles live as long as the call.
    perhaps_tensor_from(|out| unsafe { ct_image_conv(handle(x_nchw), handle(weight), stride, padding, out) })
}

#[cfg(test)]
mod tests {
    use tch::Kind;

    use super::super::test_tensors::{exact_conv, last, normal, relative_error};
    use super::*;

    #[test]
    fn the_convolution_of_images_and_its_gradient_are_exact_to_rounding() {
        for (kind, tolerance) in [(Kind::Float, 1e-6), (Kind::BFloat16, 3e-3)] {
            for (shape, out, side, stride) in [
                ([2, 3, 64, 64], 64, 7, 2),
                ([3, 3, 33, 31], 96, 7, 2),
                ([1, 1, 28, 28], 32, 5, 1),
                ([5, 3, 9, 1], 64, 3, 1),
                ([2, 4, 20, 19], 32, 3, 2),
                ([1, 3, 50, 47], 32, 11, 4),
            ] {
                let x = last(normal("x", &shape).to_kind(kind));
                let weight =
                    last(normal("w", &[out, shape[1], side, side]).to_kind(kind)).set_requires_grad(true);
                let Some(y) = image_conv(&x, &weight, stride, side / 2).expect("ran") else {
                    assert_eq!(kind, Kind::BFloat16, "float always fits");
                    continue;
                };
                let exact_weight = weight.detach().to_kind(Kind::Double).set_requires_grad(true);
                let exact_y = exact_conv(&x, &exact_weight, None, stride);
                let error = relative_error(&y, &exact_y);
                assert!(error < tolerance, "{kind:?} {shape:?} {side}: {error}");
                let dy = last(normal("dy", &exact_y.size()).to_kind(kind));
                let gradient = |y: &Tensor, dy: &Tensor, weight: &Tensor| {
                    let loss = (y * dy).sum(Kind::Double);
                    Tensor::run_backward(&[loss], &[weight], false, false).remove(0)
                };
                let own = gradient(&y, &dy, &weight);
                let exact = gradient(&exact_y, &dy.to_kind(Kind::Double), &exact_weight);
                let error = relative_error(&own, &exact);
                assert!(error < tolerance, "gradient, {kind:?} {shape:?} {side}: {error}");
            }
        }
        let x = last(normal("x", &[2, 3, 8, 8]));
        let of = |shape: &[i64]| last(normal("w", shape));
        assert!(image_conv(&x, &of(&[40, 3, 3, 3]), 1, 1).expect("ran").is_none(), "40 channels");
        let wants = x.detach().set_requires_grad(true);
        assert!(
            image_conv(&wants, &of(&[32, 3, 3, 3]), 1, 1).expect("ran").is_none(),
            "a gradient of images"
        );
        let wide = last(normal("x", &[2, 32, 8, 8]));
        assert!(image_conv(&wide, &of(&[32, 32, 3, 3]), 1, 1).expect("ran").is_none(), "32 channels");
    }

    #[test]
    fn the_gradient_does_not_depend_on_threads() {
        let x = last(normal("x", &[9, 3, 30, 26]));
        let run = |threads: i32| {
            tch::set_num_threads(threads);
            let weight = last(normal("w", &[64, 3, 7, 7])).set_requires_grad(true);
            let y = image_conv(&x, &weight, 2, 3).expect("ran").expect("fits");
            let loss = y.square().sum(Kind::Float);
            Tensor::run_backward(&[loss], &[&weight], false, false).remove(0)
        };
        let threads = tch::get_num_threads();
        let one = run(1);
        for other in [2, 3, 5] {
            assert!(one.equal(&run(other)), "{other} threads");
        }
        tch::set_num_threads(threads);
    }
}
