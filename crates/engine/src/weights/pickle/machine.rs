//! The stack machine of the pickle format, as far as files of tensors use it.

use std::collections::HashMap;

use super::value::{Global, Node, Pickled, Ref, StoredTensor};

/// More nodes than any real file has.
const MAX_NODES: usize = 20_000_000;

type Answer<T> = Result<T, String>;

/// Reads one pickle from the start of `bytes`. The message of an error names what was refused.
pub(in crate::weights) fn unpickle(bytes: &[u8]) -> Answer<Pickled> {
    let mut machine = Machine {
        bytes,
        at: 0,
        nodes: Vec::new(),
        stack: Vec::new(),
        marks: Vec::new(),
        memo: HashMap::new(),
    };
    while !machine.step()? {}
    let root = machine.pop()?;
    Ok(Pickled { nodes: machine.nodes, root, length: machine.at })
}

struct Machine<'a> {
    bytes: &'a [u8],
    at: usize,
    nodes: Vec<Node>,
    stack: Vec<Ref>,
    marks: Vec<usize>,
    memo: HashMap<u64, Ref>,
}

impl<'a> Machine<'a> {
    /// Does one instruction; true at the end.
    fn step(&mut self) -> Answer<bool> {
        let code = self.take(1)?[0];
        match code {
            b'.' => return Ok(true),
            // PROTO, FRAME: nothing to keep.
            0x80 => drop(self.take(1)?),
            0x95 => drop(self.take(8)?),
            b'(' => self.marks.push(self.stack.len()),
            b'0' => drop(self.pop()?),
            b'N' => self.push(Node::None)?,
            0x88 => self.push(Node::Bool(true))?,
            0x89 => self.push(Node::Bool(false))?,
            b'K' => self.integer(1)?,
            b'M' => self.integer(2)?,
            b'J' => {
                let value = i32::from_le_bytes(self.array()?);
                self.push(Node::Int(value.into()))?;
            }
            0x8a => {
                let length = self.length(1)?;
                self.long(length)?;
            }
            b'G' => {
                self.take(8)?;
                self.push(Node::Float)?;
            }
            b'X' => self.text(4)?,
            0x8c => self.text(1)?,
            0x8d => self.text(8)?,
            b'U' => self.text(1)?,
            b'T' => self.text(4)?,
            b'C' => self.blob(1)?,
            b'B' => self.blob(4)?,
            b')' => self.push(Node::Tuple(Vec::new()))?,
            b't' => {
                let items = self.since_mark()?;
                self.push(Node::Tuple(items))?;
            }
            0x85..=0x87 => {
                let count = usize::from(code - 0x84);
                let start = self.stack.len().checked_sub(count).ok_or("its stack ran empty")?;
                let items = self.stack.split_off(start);
                self.push(Node::Tuple(items))?;
            }
            b']' => self.push(Node::List(Vec::new()))?,
            b'}' => self.push(Node::Dict(Vec::new()))?,
            b'a' => {
                let item = self.pop()?;
                self.append(vec![item])?;
            }
            b'e' => {
                let items = self.since_mark()?;
                self.append(items)?;
            }
            b's' => {
                let value = self.pop()?;
                let key = self.pop()?;
                self.set_items(&[key, value])?;
            }
            b'u' => {
                let items = self.since_mark()?;
                self.set_items(&items)?;
            }
            b'q' => self.remember(1)?,
            b'r' => self.remember(4)?,
            0x94 => self.memoize(self.memo.len() as u64)?,
            b'h' => self.recall(1)?,
            b'j' => self.recall(4)?,
            b'c' => {
                let module = self.line()?;
                let name = self.line()?;
                self.global(&module, &name)?;
            }
            0x93 => {
                let (name, module) = (self.pop_text()?, self.pop_text()?);
                self.global(&module, &name)?;
            }
            b'Q' => self.persistent()?,
            b'R' => self.reduce()?,
            // BUILD: the state of an OrderedDict (`_metadata`) says nothing about tensors.
            b'b' => drop(self.pop()?),
            other => {
                return Err(format!(
                    "it holds the pickle instruction 0x{other:02x}, which no file of tensors needs"
                ));
            }
        }
        Ok(false)
    }

    fn take(&mut self, count: usize) -> Answer<&'a [u8]> {
        let end = self.at.checked_add(count).filter(|&end| end <= self.bytes.len());
        let end = end.ok_or("it ends in the middle of its pickle")?;
        let part = &self.bytes[self.at..end];
        self.at = end;
        Ok(part)
    }

    fn array<const N: usize>(&mut self) -> Answer<[u8; N]> {
        self.take(N)?.try_into().map_err(|_| "it ends in the middle of its pickle".to_owned())
    }

    /// A little-endian unsigned number of `bytes` bytes.
    fn number(&mut self, bytes: usize) -> Answer<u64> {
        Ok(self.take(bytes)?.iter().rev().fold(0, |value, &byte| value << 8 | u64::from(byte)))
    }

    fn length(&mut self, bytes: usize) -> Answer<usize> {
        usize::try_from(self.number(bytes)?).map_err(|_| "it tells an impossible length".to_owned())
    }

    fn line(&mut self) -> Answer<String> {
        let rest = &self.bytes[self.at..];
        let end = rest.iter().position(|&byte| byte == b'\n').ok_or("it ends in the middle of its pickle")?;
        self.at += end + 1;
        Ok(String::from_utf8_lossy(&rest[..end]).into_owned())
    }

    fn push(&mut self, node: Node) -> Answer<()> {
        if self.nodes.len() >= MAX_NODES {
            return Err("its pickle has too many parts".to_owned());
        }
        self.nodes.push(node);
        self.stack.push(self.nodes.len() - 1);
        Ok(())
    }

    fn pop(&mut self) -> Answer<Ref> {
        self.stack.pop().ok_or_else(|| "its stack ran empty".to_owned())
    }

    fn pop_text(&mut self) -> Answer<String> {
        let place = self.pop()?;
        match &self.nodes[place] {
            Node::Text(text) => Ok(text.clone()),
            _ => Err("a name in it is no text".to_owned()),
        }
    }

    fn since_mark(&mut self) -> Answer<Vec<Ref>> {
        let mark = self.marks.pop().filter(|&mark| mark <= self.stack.len()).ok_or("a mark is missing")?;
        Ok(self.stack.split_off(mark))
    }

    fn integer(&mut self, bytes: usize) -> Answer<()> {
        let value = self.number(bytes)?;
        self.push(Node::Int(value as i64))
    }

    /// Two's complement of any length; longer ones than 8 bytes keep their low end (only legacy magic has them).
    fn long(&mut self, length: usize) -> Answer<()> {
        let bytes = self.take(length)?;
        let negative = bytes.last().is_some_and(|&byte| byte & 0x80 != 0);
        let fill = if negative { 0xff } else { 0 };
        let mut padded = [fill; 8];
        padded.iter_mut().zip(bytes).for_each(|(to, &from)| *to = from);
        self.push(Node::Int(i64::from_le_bytes(padded)))
    }

    fn text(&mut self, width: usize) -> Answer<()> {
        let length = self.length(width)?;
        let text = String::from_utf8_lossy(self.take(length)?).into_owned();
        self.push(Node::Text(text))
    }

    fn blob(&mut self, width: usize) -> Answer<()> {
        let length = self.length(width)?;
        self.take(length)?;
        self.push(Node::Bytes)
    }

    fn append(&mut self, items: Vec<Ref>) -> Answer<()> {
        let list = *self.stack.last().ok_or("its stack ran empty")?;
        match &mut self.nodes[list] {
            Node::List(values) => values.extend(items),
            _ => return Err("it appends to what is no list".to_owned()),
        }
        Ok(())
    }

    fn set_items(&mut self, items: &[Ref]) -> Answer<()> {
        let dict = *self.stack.last().ok_or("its stack ran empty")?;
        match &mut self.nodes[dict] {
            Node::Dict(values) => values.extend(items.chunks_exact(2).map(|two| (two[0], two[1]))),
            _ => return Err("it sets items of what is no dictionary".to_owned()),
        }
        Ok(())
    }

    fn remember(&mut self, width: usize) -> Answer<()> {
        let key = self.number(width)?;
        self.memoize(key)
    }

    fn memoize(&mut self, key: u64) -> Answer<()> {
        let top = *self.stack.last().ok_or("its stack ran empty")?;
        self.memo.insert(key, top);
        Ok(())
    }

    fn recall(&mut self, width: usize) -> Answer<()> {
        let key = self.number(width)?;
        let place = *self.memo.get(&key).ok_or("it recalls what it never stored")?;
        self.stack.push(place);
        Ok(())
    }

    fn global(&mut self, module: &str, name: &str) -> Answer<()> {
        let global = Global::named(module, name).ok_or_else(|| {
            format!(
                "it names {module}.{name}: only tensors, numbers and texts are read, and nothing is ever run"
            )
        })?;
        self.push(Node::Global(global))
    }

    /// `('storage', type, key, location, elements, …)`.
    fn persistent(&mut self) -> Answer<()> {
        let id = self.pop()?;
        let Node::Tuple(items) = &self.nodes[id] else {
            return Err("a storage in it is described oddly".to_owned());
        };
        let part = |i: usize| items.get(i).map(|&place| &self.nodes[place]);
        let node = match (part(0), part(1), part(2)) {
            (Some(Node::Text(word)), Some(Node::Global(Global::Storage(kind))), Some(Node::Text(key)))
                if word == "storage" =>
            {
                Node::Storage { kind: *kind, key: key.clone() }
            }
            _ => return Err("a storage in it is described oddly".to_owned()),
        };
        self.push(node)
    }

    fn reduce(&mut self) -> Answer<()> {
        let (arguments, function) = (self.pop()?, self.pop()?);
        let Node::Tuple(arguments) = &self.nodes[arguments] else {
            return Err("it calls something without arguments".to_owned());
        };
        let node = match &self.nodes[function] {
            Node::Global(Global::OrderedDict) => match arguments.first() {
                None => Node::Dict(Vec::new()),
                Some(&pairs) => self.dict_of(pairs)?,
            },
            Node::Global(Global::RebuildTensor) => Node::Tensor(self.tensor(arguments)?),
            Node::Global(Global::RebuildParameter) => {
                let inner = *arguments.first().ok_or("a parameter in it has no data")?;
                self.stack.push(inner);
                return Ok(());
            }
            Node::Global(Global::Size) => {
                let inner = *arguments.first().ok_or("a size in it has no sides")?;
                self.stack.push(inner);
                return Ok(());
            }
            _ => return Err("it calls something that is no tensor".to_owned()),
        };
        self.push(node)
    }

    fn dict_of(&self, pairs: Ref) -> Answer<Node> {
        let Node::List(items) = &self.nodes[pairs] else {
            return Err("a dictionary in it is built oddly".to_owned());
        };
        let pair = |&place: &Ref| match &self.nodes[place] {
            Node::Tuple(two) | Node::List(two) if two.len() == 2 => Ok((two[0], two[1])),
            _ => Err("a dictionary in it is built oddly".to_owned()),
        };
        Ok(Node::Dict(items.iter().map(pair).collect::<Answer<_>>()?))
    }

    /// `(storage, offset, size, stride, …)`.
    fn tensor(&self, arguments: &[Ref]) -> Answer<StoredTensor> {
        let odd = || "a tensor in it is described oddly".to_owned();
        let part = |i: usize| arguments.get(i).map(|&place| &self.nodes[place]).ok_or_else(odd);
        let integers = |node: &Node| match node {
            Node::Tuple(items) | Node::List(items) => items
                .iter()
                .map(|&place| match self.nodes[place] {
                    Node::Int(value) => Ok(value),
                    _ => Err(odd()),
                })
                .collect::<Answer<Vec<i64>>>(),
            _ => Err(odd()),
        };
        let (Node::Storage { kind, key }, Node::Int(offset)) = (part(0)?, part(1)?) else {
            return Err(odd());
        };
        let (shape, stride) = (integers(part(2)?)?, integers(part(3)?)?);
        if shape.len() != stride.len() || *offset < 0 || shape.iter().chain(&stride).any(|&side| side < 0) {
            return Err(odd());
        }
        Ok(StoredTensor { kind: *kind, key: key.clone(), offset: *offset, shape, stride })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_values_are_read() {
        // {"a": [1, -2, 300], "b": (None, True)}
        let bytes = b"\x80\x02}q\x00(X\x01\0\0\0aq\x01]q\x02(K\x01J\xfe\xff\xff\xffM\x2c\x01eX\x01\0\0\0bq\x03N\x88\x86q\x04u.";
        let found = unpickle(bytes).expect("values");
        assert_eq!(found.length, bytes.len());
        let entries = found.entries(found.root);
        assert_eq!(entries.iter().map(|(name, _)| *name).collect::<Vec<_>>(), ["a", "b"]);
        let Node::List(items) = &found.nodes[entries[0].1] else { panic!("no list") };
        let integers: Vec<_> = items.iter().map(|&place| found.nodes[place].clone()).collect();
        assert_eq!(integers, [Node::Int(1), Node::Int(-2), Node::Int(300)]);
    }

    #[test]
    fn code_is_refused_by_name() {
        let message = unpickle(b"\x80\x02cposix\nsystem\nq\x00X\x02\0\0\0ls\x85R.").expect_err("refused");
        assert!(message.contains("posix.system"), "{message}");
        let message = unpickle(b"\x80\x04\x8c\x05posix\x8c\x06system\x93.").expect_err("refused");
        assert!(message.contains("posix.system"), "{message}");
    }

    #[test]
    fn torn_and_deep_pickles_do_no_harm() {
        for bytes in
            [&b""[..], b"\x80", b"X\xff\xff\xff\xff", b"a.", b"s.", b"\x85.", b"h\x01.", b"(", b"\x93."]
        {
            assert!(unpickle(bytes).is_err());
        }
        let mut deep = vec![b')'];
        deep.extend(std::iter::repeat_n(0x85, 1_000_000));
        deep.push(b'.');
        assert!(unpickle(&deep).is_ok());
    }
}
