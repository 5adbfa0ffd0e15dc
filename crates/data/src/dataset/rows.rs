//! The rows of one split while it is read.

use std::collections::HashMap;

use super::{Metadata, PathTable};

/// Label strings, each stored once.
#[derive(Debug, Default)]
pub struct Labels {
    numbers: HashMap<String, u32>,
    pub names: Vec<String>,
}

impl Labels {
    /// Labels in the order of their numbers.
    pub fn of(names: Vec<String>) -> Self {
        let numbers = names.iter().enumerate().map(|(number, name)| (name.clone(), number as u32)).collect();
        Self { numbers, names }
    }

    pub fn number(&mut self, label: &str) -> u32 {
        if let Some(number) = self.numbers.get(label) {
            return *number;
        }
        let number = self.names.len() as u32;
        self.numbers.insert(label.to_owned(), number);
        self.names.push(label.to_owned());
        number
    }
}

/// Samples as found, with what was odd about them.
#[derive(Debug, Default)]
pub struct Rows {
    /// Below the split's folder.
    pub paths: PathTable,
    /// Numbers of [`Labels`].
    pub labels: Vec<u32>,
    /// File sizes; 0 for a missing file.
    pub sizes: Vec<u64>,
    pub metadata: Metadata,
    pub empty_labels: u32,
    pub missing: u32,
    pub warnings: Vec<String>,
}

impl Rows {
    pub fn push(&mut self, path: &[u8], label: u32, size: u64) {
        self.push_with(path, label, size, "");
    }

    /// [`Self::push`] with the JSON text of the row's other fields.
    pub fn push_with(&mut self, path: &[u8], label: u32, size: u64, metadata: &str) {
        self.metadata.set(self.len(), metadata);
        self.paths.push(path);
        self.labels.push(label);
        self.sizes.push(size);
    }

    pub fn len(&self) -> usize {
        self.labels.len()
    }

    /// Keeps the rows whose place is marked.
    pub fn retain(&mut self, keep: &[bool]) {
        self.paths.retain(keep);
        self.metadata.retain(keep);
        let mut place = keep.iter();
        self.labels.retain(|_| place.next().copied().unwrap_or(false));
        let mut place = keep.iter();
        self.sizes.retain(|_| place.next().copied().unwrap_or(false));
    }

    /// Row numbers in the order of (path, label).
    pub fn sorted(&self) -> Vec<u32> {
        let mut order: Vec<u32> = (0..self.len() as u32).collect();
        let key = |row: &u32| (self.paths.bytes(*row as usize), self.labels[*row as usize]);
        if !order.is_sorted_by_key(key) {
            order.sort_unstable_by(|a, b| key(a).cmp(&key(b)));
        }
        order
    }
}

/// Wrong rows: the first few by name, all by number.
#[derive(Debug, Default)]
pub struct Problems {
    shown: Vec<String>,
    count: u64,
}

impl Problems {
    pub fn add(&mut self, problem: impl FnOnce() -> String) {
        self.count += 1;
        if self.shown.len() < 10 {
            self.shown.push(problem());
        }
    }

    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// One line where there is one problem, else a counted list.
    pub fn text(&self) -> String {
        if let ([only], 1) = (&self.shown[..], self.count) {
            return only.clone();
        }
        let more = match self.count - self.shown.len() as u64 {
            0 => String::new(),
            more => format!("\n  … and {more} more"),
        };
        format!("{} rows are wrong:\n  {}{more}", self.count, self.shown.join("\n  "))
    }
}
