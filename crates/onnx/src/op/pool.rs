use super::{Window, attribute_error};
use crate::{Attribute, Dim, Graph, OnnxError, Value};

/// Of a 2-d pooling; symmetric padding, [height, width] each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PoolAttributes {
    pub kernel: [u32; 2],
    pub stride: [u32; 2],
    pub padding: [u32; 2],
}

impl Graph<'_> {
    /// MaxPool over `x_nchw`; sizes are rounded down.
    pub fn max_pool(
        &mut self,
        name: &str,
        x_nchw: &Value,
        attributes: &PoolAttributes,
    ) -> Result<Value, OnnxError> {
        let PoolAttributes { kernel, stride, padding } = *attributes;
        x_nchw.expect_float(name, "the input")?;
        x_nchw.expect_rank(name, "the input", 4)?;
        if kernel.contains(&0) || stride.contains(&0) {
            let problem = format!("kernel {kernel:?}, stride {stride:?}: none may be 0");
            return Err(attribute_error(name, problem));
        }
        if (0..2).any(|axis| padding[axis] * 2 > kernel[axis]) {
            let problem = format!("a padding of {padding:?} is more than half of the kernel {kernel:?}");
            return Err(attribute_error(name, problem));
        }
        let mut shape = x_nchw.shape[..2].to_vec();
        for axis in 0..2 {
            let window = Window {
                kernel: kernel[axis].into(),
                stride: stride[axis].into(),
                padding: padding[axis].into(),
                dilation: 1,
            };
            shape.push(window.output(name, &x_nchw.shape[2 + axis])?);
        }
        let ints = |values: &[u32]| Attribute::Ints(values.iter().map(|value| i64::from(*value)).collect());
        let written = vec![
            ("ceil_mode", Attribute::Int(0)),
            ("kernel_shape", ints(&kernel)),
            ("pads", ints(&[padding, padding].concat())),
            ("strides", ints(&stride)),
        ];
        self.node("MaxPool", name, &[x_nchw], written, x_nchw.element, shape)
    }

    /// GlobalAveragePool: [N, C, H, W] to [N, C, 1, 1].
    pub fn global_average_pool(&mut self, name: &str, x_nchw: &Value) -> Result<Value, OnnxError> {
        x_nchw.expect_float(name, "the input")?;
        x_nchw.expect_rank(name, "the input", 4)?;
        let shape = [&x_nchw.shape[..2], &[Dim::Fixed(1), Dim::Fixed(1)]].concat();
        self.node("GlobalAveragePool", name, &[x_nchw], Vec::new(), x_nchw.element, shape)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ElementType;

    #[test]
    fn shapes() {
        let mut graph = Graph::new("g");
        let dims = [Dim::named("N"), Dim::Fixed(64), Dim::Fixed(113), Dim::Fixed(2)];
        let x = graph.input("x", ElementType::F32, &dims).unwrap();
        let attributes = PoolAttributes { kernel: [3, 3], stride: [2, 2], padding: [1, 1] };
        let y = graph.max_pool("maxpool", &x, &attributes).unwrap();
        assert_eq!(y.shape(), [Dim::named("N"), Dim::Fixed(64), Dim::Fixed(57), Dim::Fixed(1)]);
        let z = graph.global_average_pool("avgpool", &y).unwrap();
        assert_eq!(z.shape()[2..], [Dim::Fixed(1), Dim::Fixed(1)]);
        let wide = PoolAttributes { padding: [2, 2], ..attributes };
        assert!(graph.max_pool("p", &x, &wide).unwrap_err().to_string().contains("more than half"));
    }
}
