//! What annotations say beyond image and label.

use super::PathTable;

/// JSON text of the rows' other fields. Takes no memory where no row has any.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Metadata {
    /// Of the rows up to the last one that has some; empty for one that has none.
    texts: PathTable,
}

impl Metadata {
    /// Appends a row's text; empty for none. Rows come in their order.
    pub fn set(&mut self, row: usize, text: &str) {
        if text.is_empty() {
            return;
        }
        while self.texts.len() < row {
            self.texts.push(b"");
        }
        self.texts.push(text.as_bytes());
    }

    /// A row's text, if it has one.
    pub fn get(&self, row: usize) -> Option<&str> {
        if row >= self.texts.len() {
            return None;
        }
        std::str::from_utf8(self.texts.bytes(row)).ok().filter(|text| !text.is_empty())
    }

    /// Keeps the rows whose place is marked.
    pub fn retain(&mut self, keep: &[bool]) {
        self.texts.retain(&keep[..self.texts.len()]);
    }

    pub fn shrink(&mut self) {
        self.texts.shrink();
    }

    /// All texts one after the other, and where each ends.
    pub fn parts(&self) -> (&[u8], &[usize]) {
        self.texts.parts()
    }

    /// The metadata of such parts; `None` where they do not fit together.
    pub fn from_parts(bytes: Vec<u8>, ends: Vec<usize>) -> Option<Self> {
        Some(Self { texts: PathTable::from_parts(bytes, ends)? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_without_metadata_take_no_place_at_the_end() {
        let mut metadata = Metadata::default();
        metadata.set(0, "");
        metadata.set(2, "{\"a\":1}");
        metadata.set(3, "");
        assert_eq!([0, 1, 2, 3].map(|row| metadata.get(row)), [None, None, Some("{\"a\":1}"), None]);
        assert_eq!(metadata.parts().1.len(), 3);
        metadata.retain(&[false, true, true, true]);
        assert_eq!([0, 1, 2].map(|row| metadata.get(row)), [None, Some("{\"a\":1}"), None]);
    }
}
