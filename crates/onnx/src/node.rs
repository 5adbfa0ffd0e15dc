use crate::Attribute;
use crate::wire::Message;

/// One operator of a graph (`NodeProto`); every operator that we write has one output.
#[derive(Debug, Clone)]
pub(crate) struct Node {
    pub name: String,
    pub op_type: &'static str,
    pub inputs: Vec<String>,
    pub output: String,
    pub attributes: Vec<(&'static str, Attribute)>,
}

impl Node {
    pub fn encode<'m>(&self) -> Message<'m> {
        let mut proto = Message::default();
        self.inputs.iter().for_each(|input| proto.string(1, input));
        proto.string(2, &self.output);
        proto.string(3, &self.name);
        proto.string(4, self.op_type);
        for (name, attribute) in &self.attributes {
            proto.message(5, attribute.encode(name));
        }
        proto
    }
}
