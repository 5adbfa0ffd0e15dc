use std::collections::{HashMap, HashSet};

use crate::node::Node;
use crate::wire::Message;
use crate::{Attribute, Dim, ElementType, OnnxError, Tensor, Value};

/// A graph under construction. Nodes are added in the order in which they run; each has one output, which carries the
/// node's name. The operators' constructors are in `op/`.
#[derive(Debug, Default)]
pub struct Graph<'a> {
    name: String,
    inputs: Vec<Value>,
    outputs: Vec<Value>,
    initializers: Vec<Tensor<'a>>,
    nodes: Vec<Node>,
    names: HashSet<String>,
    constants: HashMap<String, Value>,
}

impl<'a> Graph<'a> {
    pub fn new(name: &str) -> Self {
        Self { name: name.to_owned(), ..Self::default() }
    }

    pub fn input(&mut self, name: &str, element: ElementType, shape: &[Dim]) -> Result<Value, OnnxError> {
        self.claim(name)?;
        let value = Value { name: name.to_owned(), element, shape: shape.to_vec() };
        self.inputs.push(value.clone());
        Ok(value)
    }

    pub fn initializer(&mut self, tensor: Tensor<'a>) -> Result<Value, OnnxError> {
        self.claim(tensor.name())?;
        let value = tensor.value();
        self.initializers.push(tensor);
        Ok(value)
    }

    /// The i64 scalar; the same number is the same initializer, called `const.i64.<number>`.
    pub fn scalar(&mut self, number: i64) -> Result<Value, OnnxError> {
        self.constant(Tensor::i64(&format!("const.i64.{number}"), &[], &[number])?)
    }

    /// The i64 vector; the same numbers are the same initializer, called `const.i64s.<numbers>`.
    pub fn vector(&mut self, numbers: &[i64]) -> Result<Value, OnnxError> {
        let name: Vec<String> = numbers.iter().map(i64::to_string).collect();
        self.constant(Tensor::i64(
            &format!("const.i64s.{}", name.join("_")),
            &[numbers.len() as u64],
            numbers,
        )?)
    }

    /// The f32 scalar; the same number is the same initializer, called `const.f32.<number>`.
    pub fn scalar_f32(&mut self, number: f32) -> Result<Value, OnnxError> {
        self.constant(Tensor::f32(&format!("const.f32.{number}"), &[], &[number])?)
    }

    fn constant(&mut self, tensor: Tensor<'a>) -> Result<Value, OnnxError> {
        if let Some(known) = self.constants.get(tensor.name()) {
            return Ok(known.clone());
        }
        let value = self.initializer(tensor)?;
        self.constants.insert(value.name.clone(), value.clone());
        Ok(value)
    }

    /// Makes `value` an output called `name`: the node that computes it gives it the name, an input or initializer
    /// passes through an Identity. Handles of the old name are void; the answer is the new one.
    pub fn output(&mut self, name: &str, value: &Value) -> Result<Value, OnnxError> {
        let named = if value.name == name {
            self.known(name, value)?;
            value.clone()
        } else if self.nodes.iter().any(|node| node.output == value.name) {
            self.rename(value, name)?
        } else {
            self.identity(name, value)?
        };
        self.outputs.push(named.clone());
        Ok(named)
    }

    /// Adds an operator; `shape` is its output's, as far as it is known. The typed constructors check more.
    pub(crate) fn node(
        &mut self,
        op_type: &'static str,
        name: &str,
        inputs: &[&Value],
        attributes: Vec<(&'static str, Attribute)>,
        element: ElementType,
        shape: Vec<Dim>,
    ) -> Result<Value, OnnxError> {
        inputs.iter().try_for_each(|input| self.known(name, input))?;
        self.claim(name)?;
        self.nodes.push(Node {
            name: name.to_owned(),
            op_type,
            inputs: inputs.iter().map(|input| input.name.clone()).collect(),
            output: name.to_owned(),
            attributes,
        });
        Ok(Value { name: name.to_owned(), element, shape })
    }

    fn known(&self, node: &str, value: &Value) -> Result<(), OnnxError> {
        if self.names.contains(&value.name) {
            return Ok(());
        }
        Err(OnnxError::UnknownValue { node: node.to_owned(), value: value.name.clone() })
    }

    fn claim(&mut self, name: &str) -> Result<(), OnnxError> {
        if name.is_empty() {
            return Err(OnnxError::EmptyName);
        }
        if self.names.insert(name.to_owned()) {
            return Ok(());
        }
        Err(OnnxError::DuplicateName { name: name.to_owned() })
    }

    fn rename(&mut self, value: &Value, name: &str) -> Result<Value, OnnxError> {
        if self.outputs.iter().any(|output| output.name == value.name) {
            return self.identity(name, value);
        }
        self.claim(name)?;
        self.names.remove(&value.name);
        for node in &mut self.nodes {
            if node.output == value.name {
                name.clone_into(&mut node.output);
            }
            for input in node.inputs.iter_mut().filter(|input| **input == value.name) {
                name.clone_into(input);
            }
        }
        Ok(Value { name: name.to_owned(), ..value.clone() })
    }

    pub(crate) fn encode(&self) -> Result<Message<'_>, OnnxError> {
        if self.outputs.is_empty() {
            return Err(OnnxError::NoOutput);
        }
        let mut proto = Message::default();
        self.nodes.iter().for_each(|node| proto.message(1, node.encode()));
        proto.string(2, &self.name);
        self.initializers.iter().for_each(|tensor| proto.message(5, tensor.encode()));
        self.inputs.iter().for_each(|value| proto.message(11, value_info(value)));
        self.outputs.iter().for_each(|value| proto.message(12, value_info(value)));
        Ok(proto)
    }
}

/// `ValueInfoProto`.
fn value_info<'m>(value: &Value) -> Message<'m> {
    let mut shape = Message::default();
    for dim in &value.shape {
        let mut dimension = Message::default();
        match dim {
            Dim::Fixed(size) => dimension.uint(1, *size),
            Dim::Named(name) => dimension.string(2, name),
            Dim::Unknown => {}
        }
        shape.message(1, dimension);
    }
    let mut tensor = Message::default();
    tensor.int(1, value.element.code().into());
    tensor.message(2, shape);
    let mut kind = Message::default();
    kind.message(1, tensor);
    let mut proto = Message::default();
    proto.string(1, &value.name);
    proto.message(2, kind);
    proto
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_used_once_and_known() {
        let mut graph = Graph::new("g");
        let x = graph.input("x", ElementType::F32, &[Dim::named("N"), Dim::Fixed(3)]).unwrap();
        assert!(matches!(graph.relu("x", &x), Err(OnnxError::DuplicateName { .. })));
        assert!(matches!(graph.relu("", &x), Err(OnnxError::EmptyName)));
        let stranger = Graph::new("h").input("z", ElementType::F32, &[]).unwrap();
        let message = graph.relu("y", &stranger).unwrap_err().to_string();
        assert_eq!(message, "node \"y\" reads \"z\", which this graph does not hold");
        assert!(matches!(graph.encode(), Err(OnnxError::NoOutput)));
    }

    #[test]
    fn output_renames_its_node_and_readers() {
        let mut graph = Graph::new("g");
        let x = graph.input("x", ElementType::F32, &[Dim::Fixed(1), Dim::Fixed(2)]).unwrap();
        let a = graph.relu("a", &x).unwrap();
        let b = graph.relu("b", &a).unwrap();
        let logits = graph.output("logits", &a).unwrap();
        assert_eq!(graph.nodes[0].output, "logits");
        assert_eq!(graph.nodes[0].name, "a");
        assert_eq!(graph.nodes[1].inputs, ["logits"]);
        assert!(matches!(graph.relu("c", &a), Err(OnnxError::UnknownValue { .. })));
        graph.softmax("c", &logits, 1).unwrap();
        graph.output("b", &b).unwrap();
        // An input, and a value that is an output already, pass through an Identity.
        graph.output("same", &x).unwrap();
        graph.output("again", &logits).unwrap();
        let kinds: Vec<&str> = graph.nodes.iter().map(|node| node.op_type).collect();
        assert_eq!(kinds, ["Relu", "Relu", "Softmax", "Identity", "Identity"]);
    }
}
