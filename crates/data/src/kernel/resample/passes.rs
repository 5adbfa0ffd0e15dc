//! The two passes, by AVX2 where the processor has it.

use super::weights::Weights;

/// The horizontal weights as the vector code reads them: outputs in fours, inputs in twos.
#[derive(Default)]
pub struct ColumnTable {
    /// Where each output's first input lies, in bytes behind the leftmost one.
    offsets: Vec<[u32; 4]>,
    /// For each four outputs and each two inputs: two weights for every byte of a pixel, of outputs 0 and 2, then 1 and 3.
    weights: Vec<[[i32; 4]; 4]>,
    pairs: usize,
    outputs: usize,
    /// Bytes from the leftmost input on that may be read.
    pub reach: usize,
    mirrored: bool,
}

impl ColumnTable {
    pub fn set(&mut self, weights: &Weights, mirrored: bool) {
        let (count, taps) = (weights.first.len(), weights.taps);
        self.pairs = taps.div_ceil(2);
        self.outputs = count;
        self.mirrored = mirrored;
        let leftmost = weights.first.iter().min().copied().unwrap_or(0);
        let rightmost = weights.first.iter().max().copied().unwrap_or(0);
        // Four pixels are read at a time, as 16 bytes.
        self.reach = (rightmost - leftmost) as usize * 3 + self.pairs.div_ceil(2) * 12 + 4;
        self.offsets.clear();
        self.weights.clear();
        self.weights.resize(count.div_ceil(4) * self.pairs, [[0; 4]; 4]);
        for (four, table) in self.weights.chunks_exact_mut(self.pairs).enumerate() {
            let mut offsets = [0; 4];
            for (number, offset) in offsets.iter_mut().enumerate() {
                // Beyond the end, one more of the last, of no weight.
                let place = four * 4 + number;
                let output = place.min(count - 1);
                let output = if mirrored { count - 1 - output } else { output };
                *offset = (weights.first[output] - leftmost) * 3;
                if place >= count {
                    continue;
                }
                let values = &weights.values[output * taps..(output + 1) * taps];
                for (two, values) in table.iter_mut().zip(values.chunks(2)) {
                    let second = values.get(1).copied().unwrap_or(0);
                    let both = i32::from(values[0]) & 0xffff | i32::from(second) << 16;
                    two[[0, 2, 1, 3][number]] = [both; 4];
                }
            }
            self.offsets.push(offsets);
        }
    }
}

/// One row: as many outputs as `table` says, from a row that begins with the leftmost input. `out` may be written to for up to
/// 16 bytes beyond them.
pub fn columns_into(from: &[u8], table: &ColumnTable, weights: &Weights, out: &mut [u8]) {
    #[cfg(target_arch = "x86_64")]
    if is_x86_feature_detected!("avx2") {
        assert!(from.len() >= table.reach && out.len() >= table.outputs * 3 + 16);
        // SAFETY: the processor has the instructions; reads stay below `reach`, writes as the assertion says.
        unsafe {
            match table.pairs {
                1 => avx2::columns::<1>(from, table, weights.precision, out),
                2 => avx2::columns::<2>(from, table, weights.precision, out),
                3 => avx2::columns::<3>(from, table, weights.precision, out),
                _ => avx2::columns::<0>(from, table, weights.precision, out),
            }
        }
        return;
    }
    columns_plainly(from, table, weights, out);
}

fn columns_plainly(from: &[u8], table: &ColumnTable, weights: &Weights, out: &mut [u8]) {
    let half = 1 << (weights.precision - 1);
    for (place, pixel) in out.as_chunks_mut::<3>().0[..table.outputs].iter_mut().enumerate() {
        let output = if table.mirrored { table.outputs - 1 - place } else { place };
        let values = &weights.values[output * weights.taps..(output + 1) * weights.taps];
        let inputs = &from[table.offsets[place / 4][place % 4] as usize..];
        let mut sums = [half; 3];
        for (input, value) in inputs.as_chunks::<3>().0.iter().zip(values) {
            for (sum, level) in sums.iter_mut().zip(input) {
                *sum += i32::from(*level) * i32::from(*value);
            }
        }
        *pixel = sums.map(|sum| (sum >> weights.precision).clamp(0, 255) as u8);
    }
}

/// One row of the result from the rows `from`, `stride` bytes apart, with one weight each.
pub fn rows_into(from: &[u8], stride: usize, weights: &[i16], precision: u32, out: &mut [u8]) {
    assert!(from.len() >= (weights.len() - 1) * stride + out.len());
    #[cfg(target_arch = "x86_64")]
    if is_x86_feature_detected!("avx2") && out.len() >= 32 {
        // SAFETY: the processor has the instructions; the assertion bounds what is read.
        unsafe { avx2::rows(from, stride, weights, precision, out) };
        return;
    }
    rows_plainly(from, stride, weights, precision, out);
}

fn rows_plainly(from: &[u8], stride: usize, weights: &[i16], precision: u32, out: &mut [u8]) {
    for (at, level) in out.iter_mut().enumerate() {
        let sum: i32 = weights
            .iter()
            .enumerate()
            .map(|(row, weight)| i32::from(from[row * stride + at]) * i32::from(*weight))
            .sum();
        *level = ((sum + (1 << (precision - 1))) >> precision).clamp(0, 255) as u8;
    }
}

#[cfg(target_arch = "x86_64")]
mod avx2 {
    use std::arch::x86_64::*;

    use super::ColumnTable;

    /// `PAIRS` times two inputs for each output; 0: as the table says.
    #[target_feature(enable = "avx2")]
    pub unsafe fn columns<const PAIRS: usize>(
        from: &[u8],
        table: &ColumnTable,
        precision: u32,
        out: &mut [u8],
    ) {
        let pairs = if PAIRS == 0 { table.pairs } else { PAIRS };
        let shift = _mm_cvtsi32_si128(precision as i32);
        let half = _mm256_set1_epi32(1 << (precision - 1));
        // Two pixels as 16-bit levels, channel by channel: those at 0 and 1, and those at 2 and 3.
        #[rustfmt::skip]
        let front = _mm256_broadcastsi128_si256(_mm_setr_epi8(
            0, -1, 3, -1, 1, -1, 4, -1, 2, -1, 5, -1, -1, -1, -1, -1,
        ));
        #[rustfmt::skip]
        let back = _mm256_broadcastsi128_si256(_mm_setr_epi8(
            6, -1, 9, -1, 7, -1, 10, -1, 8, -1, 11, -1, -1, -1, -1, -1,
        ));
        let close = _mm_setr_epi8(0, 1, 2, 4, 5, 6, 8, 9, 10, 12, 13, 14, -1, -1, -1, -1);
        let from = from.as_ptr();
        let mut out = out.as_mut_ptr();
        let mut weights = table.weights.as_ptr().cast::<__m256i>();
        for offsets in &table.offsets {
            // SAFETY: offsets and what is read behind them stay below the table's reach, there are `pairs` times two vectors of
            // weights for each four outputs, and 16 bytes may be written behind the last output.
            unsafe {
                let mut even = half;
                let mut odd = half;
                let mut at = from;
                let mut pair = 0;
                while pair < pairs {
                    let read = |first: usize, second: usize| {
                        let low = _mm_loadu_si128(at.add(offsets[first] as usize).cast());
                        let high = _mm_loadu_si128(at.add(offsets[second] as usize).cast());
                        _mm256_inserti128_si256::<1>(_mm256_castsi128_si256(low), high)
                    };
                    let (levels_even, levels_odd) = (read(0, 2), read(1, 3));
                    even = add_products(even, _mm256_shuffle_epi8(levels_even, front), weights);
                    odd = add_products(odd, _mm256_shuffle_epi8(levels_odd, front), weights.add(1));
                    weights = weights.add(2);
                    if pair + 1 < pairs {
                        even = add_products(even, _mm256_shuffle_epi8(levels_even, back), weights);
                        odd = add_products(odd, _mm256_shuffle_epi8(levels_odd, back), weights.add(1));
                        weights = weights.add(2);
                    }
                    at = at.add(12);
                    pair += 2;
                }
                let words = _mm256_packs_epi32(_mm256_sra_epi32(even, shift), _mm256_sra_epi32(odd, shift));
                let bytes = _mm256_packus_epi16(words, words);
                let four =
                    _mm_unpacklo_epi64(_mm256_castsi256_si128(bytes), _mm256_extracti128_si256::<1>(bytes));
                _mm_storeu_si128(out.cast(), _mm_shuffle_epi8(four, close));
                out = out.add(12);
            }
        }
    }

    #[inline]
    #[target_feature(enable = "avx2")]
    unsafe fn add_products(sum: __m256i, levels: __m256i, weights: *const __m256i) -> __m256i {
        // SAFETY: the caller's table has a vector there.
        let weights = unsafe { _mm256_loadu_si256(weights) };
        _mm256_add_epi32(sum, _mm256_madd_epi16(levels, weights))
    }

    #[target_feature(enable = "avx2")]
    pub unsafe fn rows(from: &[u8], stride: usize, weights: &[i16], precision: u32, out: &mut [u8]) {
        let shift = _mm_cvtsi32_si128(precision as i32);
        let half = _mm256_set1_epi32(1 << (precision - 1));
        let zero = _mm256_setzero_si256();
        let last = out.len() - 32;
        let mut at = 0;
        loop {
            let mut sums = [half; 4];
            for (pair, two) in weights.chunks(2).enumerate() {
                let (first, second) = (two[0], two.get(1).copied());
                let both = i32::from(first) & 0xffff | i32::from(second.unwrap_or(0)) << 16;
                let both = _mm256_set1_epi32(both);
                // SAFETY: 32 bytes at `at` of every row lie inside, as the caller asserts.
                let (a, b) = unsafe {
                    let row = from.as_ptr().add(pair * 2 * stride + at);
                    let a = _mm256_loadu_si256(row.cast());
                    let b = if second.is_some() { _mm256_loadu_si256(row.add(stride).cast()) } else { zero };
                    (a, b)
                };
                let (low, high) = (_mm256_unpacklo_epi8(a, b), _mm256_unpackhi_epi8(a, b));
                let levels = [
                    _mm256_unpacklo_epi8(low, zero),
                    _mm256_unpackhi_epi8(low, zero),
                    _mm256_unpacklo_epi8(high, zero),
                    _mm256_unpackhi_epi8(high, zero),
                ];
                for (sum, levels) in sums.iter_mut().zip(levels) {
                    *sum = _mm256_add_epi32(*sum, _mm256_madd_epi16(levels, both));
                }
            }
            let [a, b, c, d] = sums.map(|sum| _mm256_sra_epi32(sum, shift));
            let bytes = _mm256_packus_epi16(_mm256_packs_epi32(a, b), _mm256_packs_epi32(c, d));
            // SAFETY: `at` is at most 32 bytes before the end.
            unsafe { _mm256_storeu_si256(out.as_mut_ptr().add(at).cast(), bytes) };
            if at == last {
                return;
            }
            // The last step overlaps the one before it.
            at = (at + 32).min(last);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::weights::{Axis, Filter},
        *,
    };

    #[test]
    fn both_ways_agree() {
        for (input, output) in [(70, 33), (33, 70), (300, 20), (2, 5)] {
            let mut weights = Weights::default();
            weights.set(&Axis::whole(input, output), Filter::Bicubic);
            for mirrored in [false, true] {
                let mut table = ColumnTable::default();
                table.set(&weights, mirrored);
                let mut from: Vec<u8> = (0..input * 3).map(|at| (at * at * 7) as u8).collect();
                from.resize(from.len().max(table.reach), 0);
                let (mut quick, mut plain) = (vec![0; output * 3 + 16], vec![0; output * 3 + 16]);
                columns_into(&from, &table, &weights, &mut quick);
                columns_plainly(&from, &table, &weights, &mut plain);
                assert_eq!(quick[..output * 3], plain[..output * 3], "{input} to {output}");
            }
            let from: Vec<u8> = (0..input * 75).map(|at| (at * at * 5) as u8).collect();
            for taps in [1, 2, 5] {
                let (mut quick, mut plain) = (vec![0; 75], vec![0; 75]);
                let taps = taps.min(input);
                let weights: Vec<i16> = (0..taps).map(|tap| 9000 - 3000 * tap as i16).collect();
                rows_into(&from, 75, &weights, 14, &mut quick);
                rows_plainly(&from, 75, &weights, 14, &mut plain);
                assert_eq!(quick, plain);
            }
        }
    }
}
