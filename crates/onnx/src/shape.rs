use std::fmt;

/// One axis of a value's shape.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Dim {
    Fixed(u64),
    /// Known by name only until the model runs; the same name is the same size throughout the graph.
    Named(String),
    /// Follows from the others when the model runs.
    Unknown,
}

impl Dim {
    pub fn named(name: &str) -> Self {
        Self::Named(name.to_owned())
    }

    pub fn fixed(&self) -> Option<u64> {
        match self {
            Self::Fixed(size) => Some(*size),
            _ => None,
        }
    }

    /// True unless both are fixed and differ.
    pub(crate) fn may_equal(&self, other: &Dim) -> bool {
        match (self.fixed(), other.fixed()) {
            (Some(a), Some(b)) => a == b,
            _ => true,
        }
    }
}

impl fmt::Display for Dim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fixed(size) => size.fmt(f),
            Self::Named(name) => name.fmt(f),
            Self::Unknown => f.write_str("?"),
        }
    }
}

/// `[N, 3, 224, 224]`, for messages.
pub(crate) fn describe(shape: &[Dim]) -> String {
    let dims: Vec<String> = shape.iter().map(Dim::to_string).collect();
    format!("[{}]", dims.join(", "))
}

/// The shape of two operands under multidirectional (numpy) broadcasting; `None` where they do not fit.
pub(crate) fn broadcast(a: &[Dim], b: &[Dim]) -> Option<Vec<Dim>> {
    let one = Dim::Fixed(1);
    let rank = a.len().max(b.len());
    let at = |shape: &[Dim], axis: usize| -> Dim {
        let missing = rank - shape.len();
        if axis < missing { one.clone() } else { shape[axis - missing].clone() }
    };
    (0..rank)
        .map(|axis| match (at(a, axis), at(b, axis)) {
            (x, y) if x == y => Some(x),
            (Dim::Fixed(1), other) | (other, Dim::Fixed(1)) => Some(other),
            (Dim::Fixed(_), Dim::Fixed(_)) => None,
            (Dim::Fixed(size), _) | (_, Dim::Fixed(size)) => Some(Dim::Fixed(size)),
            _ => Some(Dim::Unknown),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn broadcasting_is_numpys() {
        let n = Dim::named("N");
        let left = [n.clone(), Dim::Fixed(3), Dim::Fixed(1), Dim::Unknown];
        let right = [Dim::Fixed(3), Dim::Fixed(7), Dim::Fixed(5)];
        assert_eq!(broadcast(&left, &right), Some(vec![n, Dim::Fixed(3), Dim::Fixed(7), Dim::Fixed(5)]));
        assert_eq!(broadcast(&[Dim::Fixed(2)], &[Dim::Fixed(3)]), None);
        assert_eq!(broadcast(&[], &[Dim::Fixed(3)]), Some(vec![Dim::Fixed(3)]));
    }
}
