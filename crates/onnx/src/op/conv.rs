use super::{Window, attribute_error, shape_error};
use crate::{Attribute, Dim, Graph, OnnxError, Value};

/// Of a 2-d convolution; symmetric padding, [height, width] each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ConvAttributes {
    pub stride: [u32; 2],
    pub padding: [u32; 2],
    pub dilation: [u32; 2],
    pub groups: u32,
}

impl Default for ConvAttributes {
    fn default() -> Self {
        Self { stride: [1, 1], padding: [0, 0], dilation: [1, 1], groups: 1 }
    }
}

impl Graph<'_> {
    /// Conv: `x_nchw`, `weight` [O, C/groups, kh, kw], `bias` [O]. Answers [N, O, H', W'].
    pub fn conv(
        &mut self,
        name: &str,
        x_nchw: &Value,
        weight: &Value,
        bias: Option<&Value>,
        attributes: &ConvAttributes,
    ) -> Result<Value, OnnxError> {
        let ConvAttributes { stride, padding, dilation, groups } = *attributes;
        x_nchw.expect_float(name, "the input")?;
        x_nchw.expect_rank(name, "the input", 4)?;
        weight.expect_element(name, "the weight", x_nchw.element)?;
        weight.expect_rank(name, "the weight", 4)?;
        if stride.contains(&0) || dilation.contains(&0) || groups == 0 {
            let problem = format!("stride {stride:?}, dilation {dilation:?}, groups {groups}: none may be 0");
            return Err(attribute_error(name, problem));
        }
        let fixed = |axis: usize| {
            weight.shape[axis]
                .fixed()
                .filter(|size| *size > 0)
                .ok_or_else(|| shape_error(name, "the weight's shape must be known and hold no 0".to_owned()))
        };
        let (outputs, per_group, kernel) = (fixed(0)?, fixed(1)?, [fixed(2)?, fixed(3)?]);
        if !outputs.is_multiple_of(groups.into()) {
            return Err(attribute_error(
                name,
                format!("{outputs} outputs do not divide into {groups} groups"),
            ));
        }
        x_nchw.expect_dim(name, "the input", 1, &Dim::Fixed(per_group * u64::from(groups)))?;
        if let Some(bias) = bias {
            bias.expect_element(name, "the bias", x_nchw.element)?;
            bias.expect_rank(name, "the bias", 1)?;
            bias.expect_dim(name, "the bias", 0, &Dim::Fixed(outputs))?;
        }
        let mut shape = vec![x_nchw.shape[0].clone(), Dim::Fixed(outputs)];
        for axis in 0..2 {
            let window = Window {
                kernel: kernel[axis],
                stride: stride[axis].into(),
                padding: padding[axis].into(),
                dilation: dilation[axis].into(),
            };
            shape.push(window.output(name, &x_nchw.shape[2 + axis])?);
        }
        let pair = |pair: [u32; 2]| Attribute::Ints(pair.map(i64::from).to_vec());
        let pads = [padding, padding].concat().into_iter().map(i64::from).collect();
        let written = vec![
            ("dilations", pair(dilation)),
            ("group", Attribute::Int(groups.into())),
            ("kernel_shape", Attribute::Ints(kernel.map(|size| size as i64).to_vec())),
            ("pads", Attribute::Ints(pads)),
            ("strides", pair(stride)),
        ];
        let inputs: Vec<&Value> = [x_nchw, weight].into_iter().chain(bias).collect();
        self.node("Conv", name, &inputs, written, x_nchw.element, shape)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ElementType, Tensor};

    fn graph(image: u64) -> (Graph<'static>, Value, Value) {
        let mut graph = Graph::new("g");
        let dims = [Dim::named("N"), Dim::Fixed(3), Dim::Fixed(image), Dim::Unknown];
        let x = graph.input("x", ElementType::F32, &dims).unwrap();
        let weight = graph.initializer(Tensor::f32("w", &[8, 3, 7, 7], &[0.0; 8 * 3 * 49]).unwrap()).unwrap();
        (graph, x, weight)
    }

    #[test]
    fn shape_of_resnets_stem() {
        let (mut graph, x, weight) = graph(224);
        let attributes = ConvAttributes { stride: [2, 2], padding: [3, 3], ..ConvAttributes::default() };
        let y = graph.conv("conv1", &x, &weight, None, &attributes).unwrap();
        assert_eq!(y.shape(), [Dim::named("N"), Dim::Fixed(8), Dim::Fixed(112), Dim::Unknown]);
    }

    #[test]
    fn mistakes_name_the_node() {
        let (mut graph, x, weight) = graph(6);
        let attributes = ConvAttributes::default();
        let mut fails = |x: &Value, weight: &Value, bias: Option<&Value>, attributes: &ConvAttributes| {
            graph.conv("conv1", x, weight, bias, attributes).unwrap_err().to_string()
        };
        let message = fails(&x, &weight, None, &attributes);
        assert_eq!(message, "node \"conv1\": a window of 7 does not fit into 6 with a padding of 0");
        let zero = ConvAttributes { stride: [0, 1], ..attributes };
        assert!(fails(&x, &weight, None, &zero).contains("none may be 0"));
        let grouped = ConvAttributes { groups: 2, padding: [3, 3], ..attributes };
        let message = fails(&x, &weight, None, &grouped);
        assert_eq!(message, "node \"conv1\": axis 1 of the input [N, 3, 6, ?] must be 6");
        let message = fails(&x, &weight, Some(&weight), &ConvAttributes { padding: [3, 3], ..attributes });
        assert!(message.contains("the bias must have 1 axes"), "{message}");
        let bytes = Value { element: ElementType::U8, ..x.clone() };
        assert_eq!(
            fails(&bytes, &weight, None, &attributes),
            "node \"conv1\": the input must be f32 or f16, it is u8"
        );
    }
}
