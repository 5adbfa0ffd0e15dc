use crate::wire::Message;

/// A node's attribute (`AttributeProto`).
#[derive(Debug, Clone, PartialEq)]
pub enum Attribute {
    Int(i64),
    Float(f32),
    Ints(Vec<i64>),
}

impl Attribute {
    pub(crate) fn encode<'m>(&self, name: &str) -> Message<'m> {
        const FLOAT: u64 = 1;
        const INT: u64 = 2;
        const INTS: u64 = 7;
        let mut proto = Message::default();
        proto.string(1, name);
        let kind = match self {
            Self::Float(value) => {
                proto.float(2, *value);
                FLOAT
            }
            Self::Int(value) => {
                proto.int(3, *value);
                INT
            }
            Self::Ints(values) => {
                values.iter().for_each(|value| proto.int(8, *value));
                INTS
            }
        };
        proto.uint(20, kind);
        proto
    }
}
