//! The weights of antialiased resampling along one direction, as torch computes them for 8-bit tensors.

use std::ops::Range;

/// What a pixel's weight is by its distance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Filter {
    Bilinear,
    /// Cubic convolution with a = −0.5.
    Bicubic,
}

impl Filter {
    fn support(self) -> f64 {
        match self {
            Self::Bilinear => 1.0,
            Self::Bicubic => 2.0,
        }
    }

    #[inline(always)]
    fn weight(self, distance: f64) -> f64 {
        let x = distance.abs();
        match self {
            Self::Bilinear => (1.0 - x).max(0.0),
            Self::Bicubic if x < 1.0 => (1.5 * x - 2.5) * x * x + 1.0,
            Self::Bicubic if x < 2.0 => (((x - 5.0) * x + 8.0) * x - 4.0) * -0.5,
            Self::Bicubic => 0.0,
        }
    }
}

/// One direction of a scaling: `input` pixels become `output`, of which only `keep` is wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Axis {
    pub input: usize,
    pub output: usize,
    pub keep: Range<usize>,
}

/// Weights of the kept outputs in fixed point: `Σ weight · level`, half a unit added, shifted right by `precision`.
#[derive(Debug, Default)]
pub struct Weights {
    pub precision: u32,
    /// Inputs of one output.
    pub taps: usize,
    /// The first input of each kept output.
    pub first: Vec<u32>,
    /// `taps` for each kept output.
    pub values: Vec<i16>,
    /// Of all outputs, before they are rounded, and the inputs that they belong to.
    exact: Vec<f64>,
    spans: Vec<Range<usize>>,
    /// Of the kept outputs, rounded, and where in that each one's begin.
    rough: Vec<i16>,
    places: Vec<usize>,
}

impl Axis {
    pub fn whole(input: usize, output: usize) -> Self {
        Self { input, output, keep: 0..output }
    }

    /// The inputs that the kept outputs can depend on.
    pub fn needs(&self, filter: Filter) -> Range<usize> {
        let (first, last) =
            (self.window(self.keep.start, filter).1, self.window(self.keep.end - 1, filter).1);
        first.start..last.end
    }

    /// The middle of an output's window, less half a pixel, and the inputs in it.
    #[inline(always)]
    fn window(&self, output: usize, filter: Filter) -> (f64, Range<usize>) {
        let scale = self.input as f64 / self.output as f64;
        let radius = filter.support() * scale.max(1.0);
        let middle = (output as f64 + 0.5) * scale;
        let start = (middle - radius).max(0.0) as usize;
        let end = ((middle + radius).ceil() as usize).min(self.input);
        (middle - 0.5, start..end)
    }
}

impl Weights {
    /// Computes the weights. All outputs have a part in the precision, kept or not.
    pub fn set(&mut self, axis: &Axis, filter: Filter) {
        match filter {
            // Each with its filter inlined.
            Filter::Bilinear => self.compute(axis, Filter::Bilinear),
            Filter::Bicubic => self.compute(axis, Filter::Bicubic),
        }
        self.precision = precision(self.exact.iter().copied().fold(0.0, f64::max));
        self.quantize(axis);
    }

    #[inline(always)]
    fn compute(&mut self, axis: &Axis, filter: Filter) {
        let shrink = 1.0 / (axis.input as f64 / axis.output as f64).max(1.0);
        self.exact.clear();
        self.spans.clear();
        for output in 0..axis.output {
            let (center, span) = axis.window(output, filter);
            let (begin, mut sum) = (self.exact.len(), 0.0);
            for input in span.clone() {
                let weight = filter.weight((input as f64 - center) * shrink);
                self.exact.push(weight);
                sum += weight;
            }
            if sum != 0.0 {
                self.exact[begin..].iter_mut().for_each(|weight| *weight /= sum);
            }
            self.spans.push(span);
        }
    }

    /// Fixed-point weights of the kept outputs, each as many as the one with the most needs.
    fn quantize(&mut self, axis: &Axis) {
        let unit = f64::from(1u32 << self.precision);
        let before: usize = self.spans[..axis.keep.start].iter().map(ExactSizeIterator::len).sum();
        self.rough.clear();
        self.rough.extend(self.exact[before..].iter().map(|weight| round(weight * unit) as i16));
        let kept = &mut self.spans[axis.keep.clone()];
        self.taps = 1;
        self.places.clear();
        let mut at = 0;
        for span in kept.iter_mut() {
            // Zeros at the ends of a window have no effect: it moves to what is between them.
            let used = used(&self.rough[at..at + span.len()]);
            self.places.push(at + used.start);
            at += span.len();
            self.taps = self.taps.max(used.len());
            *span = span.start + used.start..span.start + used.end;
        }
        let end = kept.iter().map(|span| span.end).max().unwrap_or(0);
        self.first.clear();
        self.values.clear();
        self.values.resize(kept.len() * self.taps, 0);
        let targets = self.values.chunks_exact_mut(self.taps);
        for ((span, place), values) in kept.iter().zip(&self.places).zip(targets) {
            // Of as many inputs as all have, none lies outside of what is needed.
            let first = span.start.min(end - self.taps);
            let zeros = span.start - first;
            self.first.push(first as u32);
            values[zeros..zeros + span.len()].copy_from_slice(&self.rough[*place..place + span.len()]);
        }
    }
}

/// The weights without the zeros before and behind.
fn used(weights: &[i16]) -> Range<usize> {
    let start = weights.iter().position(|weight| *weight != 0).unwrap_or(0);
    let end = weights.iter().rposition(|weight| *weight != 0).map_or(start, |last| last + 1);
    start..end
}

/// To the nearest whole number, halves away from zero.
#[inline(always)]
fn round(value: f64) -> i32 {
    let whole = value as i32;
    let rest = value - f64::from(whole);
    whole + i32::from(rest >= 0.5) - i32::from(rest <= -0.5)
}

/// The most bits with which the largest weight still fits into 16 bits, its sign included.
fn precision(largest: f64) -> u32 {
    (0..21).find(|bits| round(largest * f64::from(2u32 << bits)) >= 1 << 15).unwrap_or(21)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_sum_to_one_and_stay_inside() {
        for filter in [Filter::Bilinear, Filter::Bicubic] {
            for (input, output) in [(1, 1), (1, 9), (2, 1), (7, 7), (500, 224), (224, 500), (37, 3), (3, 2)] {
                let mut weights = Weights::default();
                let axis = Axis::whole(input, output);
                weights.set(&axis, filter);
                assert_eq!(weights.first.len(), output);
                let needs = axis.needs(filter);
                for (first, values) in weights.first.iter().zip(weights.values.chunks_exact(weights.taps)) {
                    let sum: i32 = values.iter().map(|value| i32::from(*value)).sum();
                    let unit = 1 << weights.precision;
                    assert!((sum - unit).abs() <= weights.taps as i32, "{sum} of {unit}");
                    assert!(*first as usize + weights.taps <= input);
                }
                assert_eq!(needs, 0..input);
            }
        }
    }

    #[test]
    fn kept_outputs_have_the_weights_of_the_whole() {
        let (mut whole, mut part) = (Weights::default(), Weights::default());
        whole.set(&Axis::whole(375, 256), Filter::Bilinear);
        let axis = Axis { keep: 16..240, ..Axis::whole(375, 256) };
        part.set(&axis, Filter::Bilinear);
        assert_eq!(part.precision, whole.precision);
        let needs = axis.needs(Filter::Bilinear);
        assert!(needs.start > 15 && needs.end < 360, "{needs:?}");
        let by_input = |weights: &Weights, output: usize| {
            let mut all = [0; 375];
            let first = weights.first[output] as usize;
            all[first..first + weights.taps]
                .copy_from_slice(&weights.values[output * weights.taps..(output + 1) * weights.taps]);
            all
        };
        for output in 0..224 {
            assert_eq!(by_input(&part, output), by_input(&whole, output + 16));
            let first = part.first[output] as usize;
            assert!(first >= needs.start && first + part.taps <= needs.end);
        }
    }

    #[test]
    fn halves_are_rounded_away_from_zero() {
        for (value, expected) in
            [(0.5, 1), (-0.5, -1), (1.5, 2), (0.499_999_999_999_999_94, 0), (-2.4, -2), (7.0, 7)]
        {
            assert_eq!(round(value), expected, "{value}");
        }
    }
}
