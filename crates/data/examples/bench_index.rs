//! Seconds and memory that opening a data set takes.
//!
//!     cargo run --release -p classifier-data --example bench_index -- FOLDER

use std::{env, fs, time::Instant};

use classifier_data::Dataset;
use classifier_spec::*;

fn main() {
    let spec = DatasetSpec {
        root: env::args().nth(1).unwrap_or(".".into()),
        format: DatasetFormat::Auto,
        on_error: OnError::Raise,
        exif_transpose: false,
        classes: None,
    };
    let begin = Instant::now();
    let dataset = Dataset::open(&spec).expect("a data set");
    let seconds = begin.elapsed().as_secs_f64();
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find(|line| line.starts_with("VmHWM")).unwrap_or("VmHWM: ?").to_owned();
    let samples: u32 = dataset.summary().splits.iter().map(|split| split.samples).sum();
    println!("{samples} samples, {} classes, {seconds:.2} s, {peak}", dataset.classes().len());
}
