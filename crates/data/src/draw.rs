//! Counter-based randomness: every number is a function of who asks, never of thread, order or time.

/// Whose random numbers are meant: one showing of one sample.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Draw {
    pub seed: u64,
    pub epoch: u32,
    /// The sample's index in its split.
    pub sample: u32,
    /// 0, or how often the sample was shown before in this epoch (drawing with replacement).
    pub repeat: u32,
}

impl Draw {
    pub fn new(seed: u64, epoch: u32, sample: u32) -> Self {
        Self { seed, epoch, sample, repeat: 0 }
    }

    /// The numbers of one operation of the pipeline.
    pub fn stream(&self, operation: u32) -> Stream {
        Stream::new(&[
            self.seed,
            u64::from(self.epoch),
            u64::from(self.sample),
            u64::from(self.repeat) << 32 | u64::from(operation),
        ])
    }
}

const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;

/// SplitMix64's finaliser: a bijection that spreads every input bit over all output bits.
const fn mix(mut z: u64) -> u64 {
    z = (z ^ z >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ z >> 31
}

/// A SplitMix64 sequence that starts at a hash of its key.
#[derive(Debug, Clone)]
pub struct Stream {
    state: u64,
}

impl Stream {
    pub fn new(key: &[u64]) -> Self {
        let state = key
            .iter()
            .fold(GOLDEN, |state, part| mix(state ^ mix(part.wrapping_add(GOLDEN))).wrapping_add(GOLDEN));
        Self { state }
    }

    pub fn next_u64(&mut self) -> u64 {
        self.state = self.state.wrapping_add(GOLDEN);
        mix(self.state)
    }

    /// Uniform in [0, 1), 53 bits.
    pub fn unit(&mut self) -> f64 {
        (self.next_u64() >> 11) as f64 * (1.0 / (1u64 << 53) as f64)
    }

    /// Uniform in [low, high).
    pub fn uniform(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.unit()
    }

    /// True with probability `p`; always draws one number.
    pub fn chance(&mut self, p: f64) -> bool {
        self.unit() < p
    }

    /// Uniform in 0 … count − 1, without bias; `count` is at least 1.
    pub fn below(&mut self, count: u64) -> u64 {
        loop {
            let wide = u128::from(self.next_u64()) * u128::from(count);
            if wide as u64 >= count.wrapping_neg() % count {
                return (wide >> 64) as u64;
            }
        }
    }

    /// Uniform in low … high, both possible.
    pub fn integer(&mut self, low: i64, high: i64) -> i64 {
        low + self.below((high - low) as u64 + 1) as i64
    }

    /// Two independent standard normal numbers (Box-Muller).
    pub fn normal_pair(&mut self) -> [f64; 2] {
        let radius = (-2.0 * (1.0 - self.unit()).ln()).sqrt();
        let (sin, cos) = (std::f64::consts::TAU * self.unit()).sin_cos();
        [radius * cos, radius * sin]
    }

    pub fn normal(&mut self) -> f64 {
        self.normal_pair()[0]
    }

    /// Gamma distributed with shape `alpha` and scale 1 (Marsaglia and Tsang 2000).
    pub fn gamma(&mut self, alpha: f64) -> f64 {
        if alpha < 1.0 {
            let boost = (1.0 - self.unit()).powf(1.0 / alpha);
            return self.gamma(alpha + 1.0) * boost;
        }
        let d = alpha - 1.0 / 3.0;
        let c = 1.0 / (9.0 * d).sqrt();
        loop {
            let x = self.normal();
            let v = (1.0 + c * x).powi(3);
            if v > 0.0 && (1.0 - self.unit()).ln() < 0.5 * x * x + d - d * v + d * v.ln() {
                return d * v;
            }
        }
    }

    /// Shares that sum to one, by the symmetric Dirichlet distribution.
    pub fn dirichlet(&mut self, alpha: f64, count: usize) -> Vec<f64> {
        let parts: Vec<f64> = (0..count).map(|_| self.gamma(alpha)).collect();
        let sum: f64 = parts.iter().sum();
        parts.iter().map(|part| if sum > 0.0 { part / sum } else { 1.0 / count as f64 }).collect()
    }

    /// A random order of 0 … count − 1 (Fisher-Yates).
    pub fn permutation(&mut self, count: usize) -> Vec<u32> {
        let mut order: Vec<u32> = (0..count as u32).collect();
        for last in (1..count).rev() {
            order.swap(last, self.below(last as u64 + 1) as usize);
        }
        order
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_draw_depends_on_every_part_of_its_key_and_on_nothing_else() {
        let draw = Draw { seed: 7, epoch: 3, sample: 11, repeat: 0 };
        let first = |draw: Draw, operation| draw.stream(operation).next_u64();
        assert_eq!(first(draw, 2), first(draw, 2));
        let others = [
            first(Draw { seed: 8, ..draw }, 2),
            first(Draw { epoch: 4, ..draw }, 2),
            first(Draw { sample: 12, ..draw }, 2),
            first(Draw { repeat: 1, ..draw }, 2),
            first(draw, 3),
            // Neighbours must not meet by a shift of the counter.
            first(Draw { epoch: 11, sample: 3, ..draw }, 2),
        ];
        for other in others {
            assert_ne!(first(draw, 2), other);
        }
    }

    #[test]
    fn moments_of_the_distributions() {
        let mut stream = Stream::new(&[1]);
        let count = 200_000;
        let (mut sum, mut square, mut normal, mut normal_square, mut faces) = (0.0, 0.0, 0.0, 0.0, [0u32; 6]);
        for _ in 0..count {
            let unit = stream.unit();
            sum += unit;
            square += unit * unit;
            let value = stream.normal();
            normal += value;
            normal_square += value * value;
            faces[stream.below(6) as usize] += 1;
        }
        let n = f64::from(count);
        // Five standard errors each.
        assert!((sum / n - 0.5).abs() < 5.0 * (1.0f64 / 12.0 / n).sqrt());
        assert!((square / n - 1.0 / 3.0).abs() < 5.0 * (4.0f64 / 45.0 / n).sqrt());
        assert!((normal / n).abs() < 5.0 * (1.0 / n).sqrt());
        assert!((normal_square / n - 1.0).abs() < 5.0 * (2.0 / n).sqrt());
        for face in faces {
            assert!((f64::from(face) - n / 6.0).abs() < 5.0 * (n * 5.0 / 36.0).sqrt());
        }
    }

    #[test]
    fn a_permutation_holds_everything_once() {
        let mut order = Stream::new(&[3]).permutation(1000);
        order.sort_unstable();
        assert!(order.iter().enumerate().all(|(index, value)| index as u32 == *value));
    }
}
