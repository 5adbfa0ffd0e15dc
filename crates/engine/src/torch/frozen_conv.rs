//! Convolutions whose weights stand still for many passes without gradients, with what follows them: on the CPU.

use tch::Tensor;

use super::call::{Answer, Handle, handle, handle_or_null, perhaps_tensor_from, tensor_from};
use crate::error::Result;

unsafe extern "C" {
    fn ct_winograd_pack(weight: Handle, size: *const i64, out: *mut Handle) -> Answer;
    fn ct_winograd_packed(
        x: Handle,
        packed: Handle,
        shift: Handle,
        residual: Handle,
        relu: bool,
        out: *mut Handle,
    ) -> Answer;
    fn ct_image_conv_pack(weight: Handle, out: *mut Handle) -> Answer;
    fn ct_image_conv_packed(
        x: Handle,
        packed: Handle,
        shift: Handle,
        residual: Handle,
        relu: bool,
        stride: i64,
        padding: i64,
        out: *mut Handle,
    ) -> Answer;
    fn ct_conv_pack(weight: Handle, stride: i64, padding: i64, size: *const i64, out: *mut Handle) -> Answer;
    fn ct_conv_packed(
        x: Handle,
        packed: Handle,
        bias: Handle,
        residual: Handle,
        relu: bool,
        stride: i64,
        padding: i64,
        out: *mut Handle,
    ) -> Answer;
}

/// Weights in the order in which a kernel reads them, and a bias [K] in fp32.
#[derive(Debug)]
pub(crate) struct FrozenConv {
    packed: Tensor,
    bias_k: Tensor,
    kernel: Kernel,
}

#[derive(Debug, Clone, Copy)]
enum Kernel {
    /// 3x3 with stride 1 and padding 1, by Winograd's algorithm.
    Winograd,
    /// Of images, whose channels are few.
    Image {
        stride: i64,
        padding: i64,
    },
    OneDnn {
        stride: i64,
        padding: i64,
    },
}

impl FrozenConv {
    /// Of `weight` [K, C, R, R] in the kind and format of the maps to come, the first of which has the size `size_nchw`. None
    /// where neither kernel is to be had.
    pub(crate) fn new(
        weight: &Tensor,
        bias_k: Tensor,
        stride: i64,
        padding: i64,
        size_nchw: &[i64],
    ) -> Result<Option<Self>> {
        let size: [i64; 4] = match size_nchw.try_into() {
            Ok(size) => size,
            Err(_) => return Ok(None),
        };
        // SAFETY (here and below): the handles live as long as the call.
        if stride == 1
            && padding == 1
            && let Some(packed) =
                perhaps_tensor_from(|out| unsafe { ct_winograd_pack(handle(weight), size.as_ptr(), out) })?
        {
            return Ok(Some(Self { packed, bias_k, kernel: Kernel::Winograd }));
        }
        if let Some(packed) = perhaps_tensor_from(|out| unsafe { ct_image_conv_pack(handle(weight), out) })? {
            return Ok(Some(Self { packed, bias_k, kernel: Kernel::Image { stride, padding } }));
        }
        let packed = perhaps_tensor_from(|out| unsafe {
            ct_conv_pack(handle(weight), stride, padding, size.as_ptr(), out)
        })?;
        Ok(packed.map(|packed| Self { packed, bias_k, kernel: Kernel::OneDnn { stride, padding } }))
    }

    /// `relu(x_nchw * weight + bias + residual_nchw)`, without what is not asked for. None where the kernel does not fit.
    pub(crate) fn forward(
        &self,
        x_nchw: &Tensor,
        residual_nchw: Option<&Tensor>,
        relu: bool,
    ) -> Result<Option<Tensor>> {
        let (x, packed, bias) = (handle(x_nchw), handle(&self.packed), handle(&self.bias_k));
        let residual = handle_or_null(residual_nchw);
        match self.kernel {
            Kernel::Winograd => {
                perhaps_tensor_from(|out| unsafe { ct_winograd_packed(x, packed, bias, residual, relu, out) })
            }
            Kernel::Image { stride, padding } => perhaps_tensor_from(|out| unsafe {
                ct_image_conv_packed(x, packed, bias, residual, relu, stride, padding, out)
            }),
            Kernel::OneDnn { stride, padding } => tensor_from(|out| unsafe {
                ct_conv_packed(x, packed, bias, residual, relu, stride, padding, out)
            })
            .map(Some),
        }
    }
}

#[cfg(test)]
mod tests {
    use tch::Kind;

    use super::super::test_tensors::{exact_conv, last, normal, relative_error};
    use super::*;

    #[test]
    fn a_frozen_convolution_with_what_follows_is_exact_to_rounding() {
        let _no_grad = tch::no_grad_guard();
        for (kind, tolerance) in [(Kind::Float, 2e-6), (Kind::BFloat16, 8e-3)] {
            for (shape, out, kernel, stride) in [
                ([2, 3, 33, 31], 64, 7, 2),
                ([1, 64, 9, 7], 96, 3, 1),
                ([3, 256, 6, 5], 64, 3, 1),
                ([2, 64, 8, 9], 128, 3, 2),
                ([2, 64, 8, 8], 128, 1, 2),
                ([2, 32, 5, 5], 64, 1, 1),
            ] {
                let as_kind = |t: Tensor| last(t.to_kind(kind));
                let x = as_kind(normal("x", &shape));
                let weight = as_kind(normal("w", &[out, shape[1], kernel, kernel]));
                let bias = normal("b", &[out]);
                let padding = kernel / 2;
                let conv =
                    FrozenConv::new(&weight, bias.shallow_clone(), stride, padding, &shape).expect("packed");
                let Some(conv) = conv else { panic!("neither kernel takes {kernel}x{kernel}") };
                let double = |t: &Tensor| t.to_kind(Kind::Double);
                let exact = exact_conv(&x, &double(&weight), Some(&double(&bias)), stride);
                let residual = as_kind(normal("r", &exact.size()));
                for relu in [false, true] {
                    for residual in [None, Some(&residual)] {
                        let y = conv.forward(&x, residual, relu).expect("ran").expect("fits");
                        let mut wanted = residual.map_or(exact.shallow_clone(), |r| &exact + double(r));
                        if relu {
                            wanted = wanted.relu();
                        }
                        assert_eq!(y.kind(), kind);
                        let error = relative_error(&y, &wanted);
                        assert!(error < tolerance, "{kind:?} {shape:?} {kernel} {stride} {relu}: {error}");
                    }
                }
            }
        }
    }

    #[test]
    fn a_frozen_convolution_takes_other_sizes_than_its_first() {
        let _no_grad = tch::no_grad_guard();
        for (kernel, stride) in [(7, 2), (3, 1), (1, 2)] {
            let weight = last(normal("w", &[64, 32, kernel, kernel]));
            let bias = normal("b", &[64]);
            let pack = |size: &[i64]| {
                FrozenConv::new(&weight, bias.shallow_clone(), stride, kernel / 2, size)
                    .expect("packed")
                    .expect("fits")
            };
            let x = last(normal("x", &[5, 32, 20, 14]));
            let run = |conv: &FrozenConv| conv.forward(&x, None, true).expect("ran").expect("fits");
            let (one, other) = (run(&pack(&[1, 32, 8, 8])), run(&pack(&x.size())));
            assert!(relative_error(&one, &other.to_kind(Kind::Double)) < 1e-6);
        }
    }
}
