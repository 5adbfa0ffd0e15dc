//! Counter-based randomness: a draw is a function of its key and its index, never of an order or a thread.

/// SplitMix64's finaliser: a bijection of 64 bits in which every input bit moves about half of the output's.
fn mix(mut x: u64) -> u64 {
    x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}

const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;

/// A stream of draws, named by what it is for and where it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Key(u64);

impl Key {
    /// The stream of `seed` for `purpose` (FNV-1a of its bytes) at a position.
    pub(crate) fn new(seed: u64, purpose: &str, position: &[u64]) -> Self {
        let mut name = 0xcbf2_9ce4_8422_2325u64;
        for byte in purpose.bytes() {
            name = (name ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
        let mut state = mix(seed.wrapping_add(GOLDEN)) ^ mix(name);
        for &part in position {
            state = mix(state.wrapping_add(GOLDEN) ^ mix(part.wrapping_mul(GOLDEN).wrapping_add(1)));
        }
        Self(state)
    }

    /// 64 bits of draw `index`.
    pub(crate) fn bits(self, index: u64) -> u64 {
        mix(self.0.wrapping_add(index.wrapping_add(1).wrapping_mul(GOLDEN)))
    }

    /// Uniform in [0, 1), 53 bits.
    pub(crate) fn uniform(self, index: u64) -> f64 {
        (self.bits(index) >> 11) as f64 * (1.0 / (1u64 << 53) as f64)
    }

    /// Two independent standard normals from draws 2·pair and 2·pair + 1 (Box and Muller).
    pub(crate) fn normal_pair(self, pair: u64) -> (f64, f64) {
        let radius = (-2.0 * (1.0 - self.uniform(2 * pair)).ln()).sqrt();
        let (sin, cos) = (std::f64::consts::TAU * self.uniform(2 * pair + 1)).sin_cos();
        (radius * cos, radius * sin)
    }

    /// A key below this one.
    pub(crate) fn child(self, index: u64) -> Self {
        Self(mix(self.bits(index) ^ GOLDEN))
    }

    /// Gamma(shape, 1), by Marsaglia and Tsang's method, with the boost for shapes below 1.
    fn gamma(self, shape: f64) -> f64 {
        if shape < 1.0 {
            let boost = (1.0 - self.uniform(u64::MAX >> 1)).powf(1.0 / shape);
            return self.child(0).gamma(shape + 1.0) * boost;
        }
        let d = shape - 1.0 / 3.0;
        let c = 1.0 / (9.0 * d).sqrt();
        let mut attempt = 0u64;
        loop {
            let (x, _) = self.normal_pair(2 * attempt);
            let u = 1.0 - self.uniform(4 * attempt + 2);
            let v = (1.0 + c * x).powi(3);
            if v > 0.0 && u.ln() < 0.5 * x * x + d - d * v + d * v.ln() {
                return d * v;
            }
            attempt += 1;
        }
    }

    /// Beta(a, b) as the share of two gammas.
    pub(crate) fn beta(self, a: f64, b: f64) -> f64 {
        let (x, y) = (self.child(1).gamma(a), self.child(2).gamma(b));
        if x + y == 0.0 { 0.5 } else { x / (x + y) }
    }
}

/// Fills with `mean 0, deviation std` normals of the key, in parallel; element i depends on i alone.
pub(crate) fn fill_normal(values: &mut [f32], key: Key, std: f64) {
    fill_parallel(values, |index| {
        let (a, b) = key.normal_pair(index / 2);
        ((a * std) as f32, (b * std) as f32)
    });
}

/// Fills with uniforms in [−bound, bound) of the key, in parallel.
pub(crate) fn fill_uniform(values: &mut [f32], key: Key, bound: f64) {
    fill_parallel(values, |index| {
        let draw = |i| ((2.0 * key.uniform(i) - 1.0) * bound) as f32;
        (draw(index), draw(index + 1))
    });
}

/// `pair(i)` gives elements i and i + 1, for even i.
fn fill_parallel(values: &mut [f32], pair: impl Fn(u64) -> (f32, f32) + Sync) {
    const PART: usize = 1 << 16;
    let fill = |start: usize, part: &mut [f32]| {
        for (k, two) in part.chunks_mut(2).enumerate() {
            let (a, b) = pair((start + 2 * k) as u64);
            two[0] = a;
            if let Some(second) = two.get_mut(1) {
                *second = b;
            }
        }
    };
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    if values.len() <= PART || threads == 1 {
        return fill(0, values);
    }
    let share = values.len().div_ceil(threads).next_multiple_of(2);
    std::thread::scope(|scope| {
        for (k, part) in values.chunks_mut(share).enumerate() {
            scope.spawn(move || fill(k * share, part));
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moments(values: impl Iterator<Item = f64>) -> (f64, f64) {
        let values: Vec<f64> = values.collect();
        let mean = values.iter().sum::<f64>() / values.len() as f64;
        (mean, values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / values.len() as f64)
    }

    #[test]
    fn draws_do_not_depend_on_how_they_are_split() {
        let key = Key::new(7, "layer", &[]);
        let mut long = vec![0f32; 200_001];
        fill_normal(&mut long, key, 2.0);
        let mut short = vec![0f32; 999];
        fill_normal(&mut short, key, 2.0);
        assert_eq!(long[..998], short[..998]);
        let (mean, variance) = moments(long.iter().map(|&v| f64::from(v)));
        assert!(mean.abs() < 0.02 && (variance - 4.0).abs() < 0.05, "{mean} {variance}");
    }

    #[test]
    fn keys_differ_by_every_part() {
        let keys = [
            Key::new(1, "a", &[0, 1]),
            Key::new(2, "a", &[0, 1]),
            Key::new(1, "b", &[0, 1]),
            Key::new(1, "a", &[1, 0]),
            Key::new(1, "a", &[0]),
        ];
        for (i, a) in keys.iter().enumerate() {
            assert!(keys[i + 1..].iter().all(|b| a.bits(0) != b.bits(0)));
        }
    }

    #[test]
    fn beta_has_the_moments_of_its_formula() {
        for alpha in [0.2, 1.0, 4.0] {
            let draws = (0..20_000).map(|i| Key::new(3, "mix", &[i]).beta(alpha, alpha));
            let (mean, variance) = moments(draws);
            let expected = 1.0 / (4.0 * (2.0 * alpha + 1.0));
            assert!(
                (mean - 0.5).abs() < 0.01 && (variance - expected).abs() < 0.005,
                "{alpha} {mean} {variance}"
            );
        }
    }
}
