//! Where a transform stands in the configuration, for messages.

use std::fmt;

use classifier_spec::{Fault, FaultKind, Interpolation, Transform};

/// The place of a transform in its list, such as `transforms[2].transforms[0]`, and its kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    path: String,
    kind: String,
}

impl Key {
    pub fn new(path: &str, index: usize, transform: &Transform) -> Self {
        let value = serde_json::to_value(transform).unwrap_or_default();
        Self {
            path: format!("{path}[{index}]"),
            kind: value["kind"].as_str().unwrap_or("transform").to_owned(),
        }
    }

    /// The path of a container's inner list.
    pub fn transforms(&self) -> String {
        format!("{}.transforms", self.path)
    }

    /// A configuration fault at this transform.
    pub fn fault(&self, message: impl fmt::Display) -> Fault {
        self.fault_of(FaultKind::Config, message)
    }

    /// An image that this transform cannot take.
    pub fn unsuitable(&self, message: impl fmt::Display) -> Fault {
        self.fault_of(FaultKind::Data, message)
    }

    fn fault_of(&self, kind: FaultKind, message: impl fmt::Display) -> Fault {
        Fault::new(kind, format!("{self}: {message}"))
            .details(serde_json::json!({ "key": self.path, "transform": self.kind }))
    }

    /// Checks that a parameter is a probability.
    pub fn probability(&self, p: f64) -> Result<f64, Fault> {
        if (0.0..=1.0).contains(&p) {
            Ok(p)
        } else {
            Err(self.fault(format!("p must be between 0 and 1, not {p}")))
        }
    }

    /// Checks that both sides are at least one pixel.
    pub fn size(&self, size: [u32; 2]) -> Result<(usize, usize), Fault> {
        match size {
            [0, _] | [_, 0] => {
                Err(self.fault(format!("size must be at least 1 pixel each way, not {size:?}")))
            }
            [height, width] if height > 16_384 || width > 16_384 => {
                Err(self.fault(format!("size may be 16384 pixels each way at most, not {size:?}")))
            }
            [height, width] => Ok((height as usize, width as usize)),
        }
    }

    /// Checks that a range of finite numbers ascends and lies within bounds.
    pub fn range(&self, name: &str, range: [f64; 2], lowest: f64, highest: f64) -> Result<[f64; 2], Fault> {
        let [low, high] = range;
        if low.is_finite() && high.is_finite() && lowest <= low && low <= high && high <= highest {
            return Ok(range);
        }
        let bounds = match (lowest == f64::NEG_INFINITY, highest == f64::INFINITY) {
            (true, true) => String::new(),
            (false, true) => format!(" that are not below {lowest}"),
            (true, false) => format!(" that are not above {highest}"),
            (false, false) => format!(" between {lowest} and {highest}"),
        };
        Err(self.fault(format!("{name} must be two ascending numbers{bounds}, not [{low}, {high}]")))
    }

    /// Checks a range of numbers above zero.
    pub fn positive_range(&self, name: &str, range: [f64; 2]) -> Result<[f64; 2], Fault> {
        let range = self.range(name, range, 0.0, f64::INFINITY)?;
        if range[0] > 0.0 {
            Ok(range)
        } else {
            Err(self.fault(format!("{name} must be above zero, not {range:?}")))
        }
    }

    /// Checks a range of JPEG qualities.
    pub fn qualities(&self, name: &str, [low, high]: [u32; 2]) -> Result<[i64; 2], Fault> {
        if 1 <= low && low <= high && high <= 100 {
            return Ok([i64::from(low), i64::from(high)]);
        }
        Err(self.fault(format!("{name} must be two ascending integers from 1 to 100, not [{low}, {high}]")))
    }

    /// Checks an interpolation that samples at computed places.
    pub fn grid_interpolation(&self, interpolation: Interpolation) -> Result<Interpolation, Fault> {
        match interpolation {
            Interpolation::Nearest | Interpolation::Bilinear => Ok(interpolation),
            other => Err(self.fault(format!("interpolation must be nearest or bilinear, not {other:?}"))),
        }
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.path, self.kind)
    }
}
