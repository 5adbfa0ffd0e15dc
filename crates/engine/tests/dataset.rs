//! A session over files: the real jersey numbers, where they are.

mod support;

use std::path::PathBuf;
use std::sync::Arc;

use classifier_data::Dataset;
use classifier_engine::{Control, Session};
use classifier_spec::*;
use support::plan;

fn jersey_numbers() -> Option<PathBuf> {
    let shared = std::env::var_os("CT_SHARED_DATA").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data"),
        PathBuf::from,
    );
    let root = shared.join("jersey-numbers");
    if !root.is_dir() {
        eprintln!("skipped: {} is not there (set CT_SHARED_DATA)", root.display());
        return None;
    }
    Some(root)
}

#[test]
fn workers_and_resumes_do_not_change_the_weights() {
    let Some(root) = jersey_numbers() else { return };
    let spec = DatasetSpec {
        root: root.to_string_lossy().into_owned(),
        format: DatasetFormat::Auto,
        on_error: OnError::Raise,
        exif_transpose: false,
        classes: None,
    };
    let dataset = Arc::new(Dataset::open(&spec).expect("a data set"));
    let size = [32, 32];
    let normalize = Transform::Normalize { mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25] };
    let crop = Transform::RandomResizedCrop {
        size,
        scale: [0.5, 1.0],
        ratio: [0.75, 4.0 / 3.0],
        interpolation: Interpolation::Bilinear,
        antialias: true,
    };
    let resize = Transform::Resize {
        size: size.to_vec(),
        interpolation: Interpolation::Bilinear,
        max_size: None,
        antialias: true,
    };
    let mut plan = plan();
    plan.model.num_classes = dataset.classes().len() as u32;
    plan.train_loader.transforms = vec![crop, Transform::RandomHorizontalFlip { p: 0.5 }, normalize.clone()];
    plan.train_loader.sampler = SamplerSpec::Shuffle;
    plan.train_loader.limit_batches = Some(5);
    plan.eval_loader.transforms = vec![resize, normalize];
    plan.eval_loader.limit_batches = Some(3);
    let open = |plan: &Plan| {
        Session::open(plan, Some(Arc::clone(&dataset)), Arc::new(Control::default())).expect("a session")
    };

    let (mut session, report) = open(&plan);
    assert_eq!((report.train_batches, report.input_hw, report.mean), (5, size, [0.5; 3]));
    session.train(3).expect("a span");
    let folder = tempfile::tempdir().expect("a temporary folder");
    let directory = folder.path().join("last").to_string_lossy().into_owned();
    let request = SaveRequest {
        directory: directory.clone(),
        scored: Weights::Auto,
        weights_only: false,
        state: serde_json::Value::Null,
    };
    session.save(&request).expect("a checkpoint");
    let whole = session.train(u32::MAX).expect("the epoch's rest");
    assert!(whole.epoch_done);
    for split in [Split::Train, Split::Val] {
        let request = EvaluateRequest { split, weights: Weights::Auto, limit_batches: None };
        let (report, arrays) = session.evaluate(&request).expect("a report");
        assert_eq!(report.images, 24);
        assert_eq!(arrays.indices_n, (0..24).collect::<Vec<u32>>());
    }
    let expected = session.inspect().expect("hashes");

    plan.train_loader.num_workers = 2;
    let (mut other, _) = open(&plan);
    other.load(&directory).expect("loaded");
    let rest = other.train(u32::MAX).expect("the epoch's rest");
    assert_eq!(rest.epoch_so_far, whole.epoch_so_far);
    assert_eq!(rest.drawn_per_class, whole.drawn_per_class);
    let found = other.inspect().expect("hashes");
    assert_eq!(found.weights_sha256, expected.weights_sha256);
    assert_eq!(found.ema_sha256, expected.ema_sha256);
}

#[test]
fn a_wrong_number_of_classes_is_told() {
    let Some(root) = jersey_numbers() else { return };
    let spec = DatasetSpec {
        root: root.to_string_lossy().into_owned(),
        format: DatasetFormat::Auto,
        on_error: OnError::Raise,
        exif_transpose: false,
        classes: None,
    };
    let dataset = Dataset::open(&spec).expect("a data set");
    let (plan, control) = (plan(), Arc::new(Control::default()));
    let fault = Session::open(&plan, Some(Arc::new(dataset)), control).err().expect("refused");
    assert_eq!(fault.kind, FaultKind::Config);
    assert!(fault.message.contains("5, but the train split has"), "{}", fault.message);
}
