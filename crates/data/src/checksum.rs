//! A fast checksum against accidents.

const PRIMES: [u64; 4] =
    [0x9e37_79b1_85eb_ca87, 0xc2b2_ae3d_27d4_eb4f, 0x1656_67b1_9e37_79f9, 0x85eb_ca77_c2b2_ae63];

/// 64 bits over some bytes: four lanes, each rotated and multiplied by every fourth word.
pub fn sum(bytes: &[u8]) -> u64 {
    let step = |lane: u64, word: u64, prime: u64| (lane ^ word).wrapping_mul(prime).rotate_left(31);
    let mut lanes = PRIMES;
    let (blocks, rest) = bytes.as_chunks::<32>();
    for block in blocks {
        for (index, word) in block.as_chunks::<8>().0.iter().enumerate() {
            lanes[index] = step(lanes[index], u64::from_le_bytes(*word), PRIMES[index]);
        }
    }
    for byte in rest {
        lanes[0] = step(lanes[0], u64::from(*byte) + 1, PRIMES[0]);
    }
    let start = bytes.len() as u64;
    lanes.iter().fold(start, |all, lane| {
        let all = (all ^ lane).wrapping_mul(PRIMES[2]);
        all ^ all >> 29
    })
}
