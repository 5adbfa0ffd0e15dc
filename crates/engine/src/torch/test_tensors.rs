//! Tensors for the tests of the kernels, and how far two of them are apart.

use tch::{Kind, Tensor};

use super::{Format, in_format};
use crate::random::{Key, fill_normal};

pub(crate) fn normal(name: &str, shape: &[i64]) -> Tensor {
    let mut values = vec![0f32; shape.iter().product::<i64>() as usize];
    fill_normal(&mut values, Key::new(9, name, &[]), 1.0);
    Tensor::from_slice(&values).view(shape)
}

pub(crate) fn last(tensor: Tensor) -> Tensor {
    in_format(&tensor, Format::ChannelsLast).expect("channels_last")
}

/// Largest difference over largest magnitude.
pub(crate) fn distance(a: &Tensor, b: &Tensor) -> f64 {
    let (a, b) = (a.to_kind(Kind::Float), b.to_kind(Kind::Float));
    (&a - &b).abs().max().double_value(&[]) / b.abs().max().double_value(&[]).max(1e-20)
}

/// Root mean square of the difference, as a share of the exact values'.
pub(crate) fn relative_error(own: &Tensor, exact: &Tensor) -> f64 {
    let own = own.to_kind(Kind::Double);
    let square = (&own - exact).square().mean(Kind::Double).double_value(&[]);
    (square / exact.square().mean(Kind::Double).double_value(&[])).sqrt()
}

/// The convolution in double, with "same" padding; `weight` and `bias` are double already, so that gradients reach them.
pub(crate) fn exact_conv(x: &Tensor, weight: &Tensor, bias: Option<&Tensor>, stride: i64) -> Tensor {
    let padding = weight.size()[2] / 2;
    x.to_kind(Kind::Double).conv2d(weight, bias, [stride; 2], [padding; 2], [1; 2], 1)
}
