//! Weights, images and labels by integer formulas, the same as `fixtures/parity/make_parity.py` uses.

use std::path::Path;

use classifier_data::Batch;
use classifier_engine::{BatchSource, DecodeSeconds, Normalization};
use classifier_spec::{Fault, SkippedImage};

const BATCH: usize = 8;
const SIDE: usize = 48;

/// Uniform numbers of [0, 1), from 24 bits of a multiplicative hash.
fn hashed(index: u64, salt: u64) -> f64 {
    let mut x = (index.wrapping_mul(2_654_435_761) + salt * 40503 + 12345) & 0xffff_ffff;
    x = (x ^ (x >> 15)).wrapping_mul(2_246_822_519) & 0xffff_ffff;
    x = (x ^ (x >> 13)) >> 8;
    x as f64 / f64::from(1u32 << 24)
}

/// Batches by formula; every epoch is the same.
pub struct Formula {
    pub batches: u32,
    pub at: u32,
}

impl BatchSource for Formula {
    fn batches_per_epoch(&self) -> u32 {
        self.batches
    }

    fn start(&mut self, _epoch: u32, first_batch: u32) -> Result<(), Fault> {
        self.at = first_batch;
        Ok(())
    }

    fn next(&mut self) -> Result<Option<Batch>, Fault> {
        if self.at >= self.batches {
            return Ok(None);
        }
        let index = u64::from(self.at);
        self.at += 1;
        let pixels: Vec<u8> =
            (0..(BATCH * SIDE * SIDE * 3) as u64).map(|i| (hashed(i, 1000 + index) * 256.0) as u8).collect();
        Ok(Some(Batch {
            images_nhwc: Box::new(pixels),
            labels_n: (0..BATCH as u64).map(|i| ((i * 7 + index * 3) % 5) as i64).collect(),
            indices_n: (0..BATCH as u32).collect(),
            height: SIDE,
            width: SIDE,
        }))
    }

    fn recycle(&mut self, _batch: Batch) {}

    fn seconds(&self) -> DecodeSeconds {
        DecodeSeconds::default()
    }

    fn skipped(&self) -> Vec<SkippedImage> {
        Vec::new()
    }

    fn files(&self, indices_n: &[u32]) -> Vec<String> {
        indices_n.iter().map(u32::to_string).collect()
    }

    fn input_hw(&self) -> [u32; 2] {
        [SIDE as u32; 2]
    }

    fn normalization(&self) -> Normalization {
        Normalization::IMAGENET
    }
}

/// A tensor of a safetensors file, as (shape, values).
pub type Floats = (Vec<u64>, Vec<f64>);

/// Reads a safetensors file of f32 and i64 tensors.
pub fn read_safetensors(path: &Path) -> std::collections::BTreeMap<String, Floats> {
    let bytes = std::fs::read(path).expect("a file");
    let start = 8 + u64::from_le_bytes(bytes[..8].try_into().expect("eight bytes")) as usize;
    let header: serde_json::Map<String, serde_json::Value> =
        serde_json::from_slice(&bytes[8..start]).expect("a header");
    let number = |value: &serde_json::Value| value.as_u64().expect("a number");
    let mut tensors = std::collections::BTreeMap::new();
    for (name, info) in header.iter().filter(|(name, _)| *name != "__metadata__") {
        let shape = info["shape"].as_array().expect("a shape").iter().map(number).collect();
        let offsets: Vec<usize> = info["data_offsets"]
            .as_array()
            .expect("offsets")
            .iter()
            .map(|v| start + number(v) as usize)
            .collect();
        let data = &bytes[offsets[0]..offsets[1]];
        let values = if info["dtype"] == "I64" {
            data.chunks(8).map(|c| i64::from_le_bytes(c.try_into().expect("eight bytes")) as f64).collect()
        } else {
            data.chunks(4).map(|c| f64::from(f32::from_le_bytes(c.try_into().expect("four bytes")))).collect()
        };
        tensors.insert(name.clone(), (shape, values));
    }
    tensors
}

/// Writes the formula's weights for the tensors (name, shape) of a model as a safetensors file.
pub fn write_weights(path: &Path, like: &std::collections::BTreeMap<String, Floats>) {
    let mut header = serde_json::Map::new();
    let mut data: Vec<u8> = Vec::new();
    for (salt, (name, (shape, _))) in like.iter().enumerate() {
        let count = shape.iter().product::<u64>();
        let start = data.len();
        let counter = name.ends_with("num_batches_tracked");
        if counter {
            data.extend(0i64.to_le_bytes());
        } else {
            let bound = (6.0 / (count as f64 / *shape.first().unwrap_or(&1) as f64)).sqrt();
            for i in 0..count {
                let u = hashed(i, salt as u64);
                let value = if shape.len() >= 2 {
                    (2.0 * u - 1.0) * bound
                } else if name.ends_with("weight") || name.ends_with("running_var") {
                    // Gentle residual branches, as the script says.
                    (0.75 + 0.5 * u) * if name.contains(".bn2.weight") { 0.25 } else { 1.0 }
                } else {
                    0.2 * u - 0.1
                };
                data.extend((value as f32).to_le_bytes());
            }
        }
        let dtype = if counter { "I64" } else { "F32" };
        header.insert(
            name.clone(),
            serde_json::json!({ "dtype": dtype, "shape": shape, "data_offsets": [start, data.len()] }),
        );
    }
    let header = serde_json::Value::Object(header).to_string().into_bytes();
    std::fs::write(path, [&(header.len() as u64).to_le_bytes()[..], &header, &data].concat())
        .expect("written");
}
