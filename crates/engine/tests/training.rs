//! A session from end to end on made images.

mod support;

use std::sync::Arc;

use classifier_engine::{Control, Session};
use classifier_spec::*;
use support::*;

fn save(session: &mut Session, directory: &std::path::Path) -> SaveReport {
    let request = SaveRequest {
        directory: directory.to_string_lossy().into_owned(),
        scored: Weights::Auto,
        weights_only: false,
        state: serde_json::json!({ "history": [1, 2.5] }),
    };
    session.save(&request).expect("a checkpoint")
}

#[test]
fn training_learns_and_evaluates_on_averages() {
    let mut plan = plan();
    plan.train.max_epochs = 6;
    plan.train.schedule.total = 36;
    let mut session = open(&plan);
    let reports = finish(&mut session, &plan, u32::MAX);
    assert_eq!(reports.len(), 6);
    let mean = |report: &TrainReport| report.epoch_so_far.loss_sum / report.epoch_so_far.images as f64;
    assert_eq!(reports[0].epoch_so_far.images, 43);
    assert_eq!(reports[0].drawn_per_class.iter().sum::<u32>(), 43);
    assert!(mean(&reports[5]) < 0.8 * mean(&reports[0]), "{} {}", mean(&reports[0]), mean(&reports[5]));
    assert!(reports[5].last.grad_norm.is_some_and(f64::is_finite));

    let request = |weights| EvaluateRequest { split: Split::Val, weights, limit_batches: None };
    let (ema, arrays) = session.evaluate(&request(Weights::Auto)).expect("a report");
    let (raw, _) = session.evaluate(&request(Weights::Raw)).expect("a report");
    assert_eq!((ema.weights, ema.images), (Weights::Ema, 16));
    assert_ne!(ema.nll, raw.nll);
    assert_eq!(arrays.logits_nc.len(), 16 * CLASSES as usize);
    assert_eq!(arrays.confusion_cc.iter().sum::<u32>(), 16);
}

#[test]
fn the_seed_decides_the_weights_and_spans_do_not() {
    let plan = plan();
    let run = |seed: u64, span: u32| {
        let plan = Plan { seed, ..plan.clone() };
        let mut session = open(&plan);
        let reports = finish(&mut session, &plan, span);
        let last = reports.last().expect("a report").epoch_so_far.loss_sum;
        let found = session.inspect().expect("hashes");
        (found.weights_sha256, found.ema_sha256, last.to_bits())
    };
    let first = run(11, 2);
    assert_eq!(first, run(11, u32::MAX));
    assert_ne!(first.0, run(12, 2).0);
}

#[test]
fn a_save_at_any_batch_continues_bit_for_bit() {
    for (precision, accumulate, cuts) in
        [(Precision::Fp32, 1, [3, 6]), (Precision::Fp32, 4, [1, 5]), (Precision::Bf16Mixed, 4, [3, 8])]
    {
        let mut plan = plan();
        plan.machine.precision = precision;
        plan.train.accumulate = accumulate;
        let mut whole = open(&plan);
        finish(&mut whole, &plan, u32::MAX);
        let expected = whole.inspect().expect("hashes");
        let folder = tempfile::tempdir().expect("a temporary folder");
        for cut in cuts {
            let mut first = open(&plan);
            let mut left = cut;
            while left > 0 {
                let report = first.train(left).expect("a span");
                left -= report.span.images.div_ceil(8) as u32;
            }
            let directory = folder.path().join(format!("cut-{cut}"));
            save(&mut first, &directory);
            let mut second = open(&plan);
            let loaded = second.load(&directory.to_string_lossy()).expect("loaded");
            assert_eq!(loaded.state["history"][1], 2.5);
            finish(&mut second, &plan, 2);
            let found = second.inspect().expect("hashes");
            assert_eq!(found.weights_sha256, expected.weights_sha256, "{precision:?} {accumulate} {cut}");
            assert_eq!(found.ema_sha256, expected.ema_sha256, "{precision:?} {accumulate} {cut}");
            assert_eq!(found.position, expected.position);
        }
    }
}

#[test]
fn a_checkpoint_holds_what_was_scored() {
    let mut plan = plan();
    let mut session = open(&plan);
    session.train(4).expect("a span");
    let folder = tempfile::tempdir().expect("a temporary folder");
    let directory = folder.path().join("best");
    let saved = save(&mut session, &directory);
    assert_eq!(saved.weights_sha256, session.inspect().expect("hashes").weights_sha256);
    let images = vec![127u8; 2 * 32 * 32 * 3];
    let expected = session.predict(&images, 2, 32, 32, Weights::Ema).expect("logits");
    plan.model.weights = Some(directory.to_string_lossy().into_owned());
    plan.train.ema = None;
    let found = open(&plan).predict(&images, 2, 32, 32, Weights::Raw).expect("logits");
    assert_eq!(expected, found);
}

#[test]
fn a_stop_ends_the_span_and_is_answered_once() {
    let control = Arc::new(Control::default());
    let (mut session, _) = Session::open_with(&plan(), sources(), control.clone()).expect("a session");
    control.stop();
    let report = session.train(3).expect("a span");
    assert!(report.stopped && report.position.batch == 0);
    let report = session.train(3).expect("a span");
    assert!(!report.stopped && report.position.batch == 3);
}

#[test]
fn a_broken_checkpoint_is_refused_and_changes_nothing() {
    let plan = plan();
    let mut session = open(&plan);
    session.train(1).expect("a span");
    let folder = tempfile::tempdir().expect("a temporary folder");
    let directory = folder.path().join("last");
    save(&mut session, &directory);
    let path = directory.join("optimizer.safetensors");
    let mut bytes = std::fs::read(&path).expect("a file");
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(&path, bytes).expect("written");
    let before = session.inspect().expect("hashes");
    let fault = session.load(&directory.to_string_lossy()).expect_err("refused");
    assert_eq!(fault.kind, FaultKind::Checkpoint);
    assert!(fault.message.contains("optimizer.safetensors"), "{}", fault.message);
    assert_eq!(session.inspect().expect("hashes").weights_sha256, before.weights_sha256);
}
