//! Images per second of a loader over the files of a folder, for the train or the validation pipeline.
//!
//!     cargo run --release -p classifier-data --example bench_loader -- FOLDER [train|val] [SIZE] [WORKERS] [SECONDS] [off|ram|disk]

use std::{env, fs, path::Path, sync::Arc, time::Instant};

use classifier_data::{Dataset, Loader};
use classifier_spec::*;

fn transforms(pipeline: &str, size: u32) -> Vec<Transform> {
    let (interpolation, antialias) = (Interpolation::Bilinear, true);
    let mut transforms = if pipeline == "train" {
        vec![
            Transform::RandomResizedCrop {
                size: [size; 2],
                scale: [0.08, 1.0],
                ratio: [3.0 / 4.0, 4.0 / 3.0],
                interpolation,
                antialias,
            },
            Transform::RandomHorizontalFlip { p: 0.5 },
        ]
    } else {
        let shorter = size * 256 / 224;
        vec![
            Transform::Resize { size: vec![shorter], interpolation, max_size: None, antialias },
            Transform::CenterCrop { size: [size; 2] },
        ]
    };
    transforms.push(Transform::Normalize { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] });
    transforms
}

/// A data set of one class that holds links to the folder's images.
fn link_folder(folder: &Path, root: &Path) {
    let class = root.join("train/all");
    fs::create_dir_all(&class).expect("a temporary folder");
    for (number, entry) in fs::read_dir(folder).expect("a folder of images").flatten().enumerate() {
        let path = fs::canonicalize(entry.path()).expect("an image");
        let extension = path.extension().and_then(|extension| extension.to_str()).unwrap_or("").to_owned();
        if path.is_file() && extension != "md" {
            std::os::unix::fs::symlink(&path, class.join(format!("{number:06}.{extension}")))
                .expect("a link");
        }
    }
}

fn main() {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let argument = |index: usize, otherwise: &str| arguments.get(index).cloned().unwrap_or(otherwise.into());
    let folder = argument(0, ".");
    let pipeline = argument(1, "train");
    let size = argument(2, "224").parse().expect("a size");
    let workers: u32 = argument(3, "1").parse().expect("a number of workers");
    let seconds: f64 = argument(4, "10").parse().expect("seconds");
    let kind = match argument(5, "off").as_str() {
        "ram" => CacheKind::Ram,
        "disk" => CacheKind::Disk,
        _ => CacheKind::Off,
    };
    let links = tempfile::tempdir().expect("a temporary folder");
    let root = if Path::new(&folder).join("train").is_dir() {
        Path::new(&folder)
    } else {
        link_folder(Path::new(&folder), links.path());
        links.path()
    };
    let spec = DatasetSpec {
        root: root.to_str().expect("a UTF-8 path").into(),
        format: DatasetFormat::Auto,
        on_error: OnError::Skip,
        exif_transpose: false,
        classes: None,
    };
    let dataset = Arc::new(Dataset::open(&spec).expect("a data set"));
    let spec = LoaderSpec {
        transforms: transforms(&pipeline, size),
        batch_size: 64,
        num_workers: workers,
        prefetch_factor: 2,
        drop_last: false,
        sampler: SamplerSpec::Shuffle,
        cache: CacheSpec { kind, budget_bytes: None },
        limit_batches: None,
    };
    let mut loader = Loader::new(dataset, Split::Train, &spec, 1).expect("a loader");
    let mut epoch = 0;
    let mut run = |seconds: f64, loader: &mut Loader| {
        let (begin, mut images) = (Instant::now(), 0usize);
        let before = loader.ledger();
        loop {
            loader.start(epoch, 0);
            epoch += 1;
            while let Some(batch) = loader.next().expect("a batch") {
                images += batch.len();
                loader.recycle(batch);
            }
            if begin.elapsed().as_secs_f64() >= seconds {
                let after = loader.ledger();
                let decode = (after.decode_cpu_s - before.decode_cpu_s) / images as f64;
                let transform = (after.transform_cpu_s - before.transform_cpu_s) / images as f64;
                return (images as f64 / begin.elapsed().as_secs_f64(), images, decode, transform);
            }
        }
    };
    // The first epochs fill the cache and the file system's.
    run(0.0, &mut loader);
    run(0.0, &mut loader);
    let (rate, images, decode, transform) = run(seconds, &mut loader);
    println!(
        "{pipeline} {size} px, {workers} workers, cache {kind:?}: {rate:.0} img/s ({:.0} a worker), {images} images, CPU ms/image: decode {:.3}, transform {:.3}, per core {:.0} img/s",
        rate / f64::from(workers.max(1)),
        decode * 1e3,
        transform * 1e3,
        1.0 / (decode + transform),
    );
}
