//! What a session does when the disk, the memory or the numbers fail it.

mod support;

use std::path::Path;
use std::sync::mpsc::channel;
use std::sync::{Mutex, MutexGuard, PoisonError};

use classifier_engine::{Session, arm_injection};
use classifier_spec::*;
use support::*;

/// The rules are the process's: one test at a time, and none are left.
struct Armed(#[allow(dead_code)] MutexGuard<'static, ()>);

fn armed(rules: &str) -> Armed {
    static TURN: Mutex<()> = Mutex::new(());
    let turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    arm_injection(rules).expect("rules");
    Armed(turn)
}

impl Drop for Armed {
    fn drop(&mut self) {
        arm_injection("").expect("no rules");
    }
}

fn request(directory: &Path) -> SaveRequest {
    SaveRequest {
        directory: directory.to_string_lossy().into_owned(),
        scored: Weights::Auto,
        weights_only: false,
        state: serde_json::json!(null),
    }
}

fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).expect("a folder");
    let mut names: Vec<_> =
        entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

#[test]
fn a_disk_that_fails_anywhere_in_a_save_leaves_what_was_there() {
    let _armed = armed("");
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut plan = plan();
    // Without averages and momentum a checkpoint is small.
    plan.train.ema = None;
    plan.train.optimizer.rule = OptimizerRule::Sgd { momentum: 0.0, dampening: 0.0, nesterov: false };
    let mut session = open(&plan);
    session.train(1).expect("a span");
    session.save(&request(&folder.path().join("old"))).expect("a checkpoint");
    let full = ("enospc", "No space left", "Free some disk space");
    let broken = ("eio", "Input/output error", "can be written");
    let read_only = ("erofs", "Read-only", "can be written");
    for ((effect, said, hint), point, name) in [
        (full, "save.folder", "new"),
        (full, "save.file:1", "old"),
        (full, "save.half:1", "new"),
        (full, "save.half:3", "old"),
        (broken, "save.sync:2", "new"),
        (full, "save.commit", "new"),
        (broken, "save.file:4", "old"),
        (full, "save.rename", "new"),
        (read_only, "save.rename", "old"),
        (read_only, "save.folder", "old"),
    ] {
        arm_injection(&format!("{effect}@{point}")).expect("a rule");
        let fault = session.save(&request(&folder.path().join(name))).expect_err(point);
        assert_eq!(fault.kind, FaultKind::Checkpoint);
        assert!(fault.message.contains(said) && fault.message.contains(name), "{}", fault.message);
        assert!(fault.hint.is_some_and(|text| text.contains(hint)));
        assert_eq!(names(folder.path()), ["old"], "{effect} at {point}");
    }
    let mut other = open(&plan);
    other.load(&folder.path().join("old").to_string_lossy()).expect("loaded");
}

#[test]
fn a_save_beside_training_holds_the_moment_at_which_it_was_asked_for() {
    let _armed = armed("");
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut session = open(&plan());
    session.train(2).expect("a span");
    let (beside, waited) = (folder.path().join("beside"), folder.path().join("waited"));
    let expected = session.save(&request(&waited)).expect("a checkpoint").weights_sha256;
    let (send, receive) = channel();
    let snapshot = session.snapshot(&request(&beside)).expect("a snapshot");
    session.write_beside(snapshot, Box::new(move |result| send.send(result).expect("heard")));
    let report = session.train(2).expect("a span");
    assert_ne!(session.inspect().expect("hashes").weights_sha256, expected);
    // A session that ends has written what it was asked for.
    drop(session);
    assert_eq!(receive.recv().expect("an answer").expect("a checkpoint").weights_sha256, expected);
    for name in ["model.safetensors", "raw.safetensors", "optimizer.safetensors", "state.json"] {
        let read = |folder: &Path| std::fs::read(folder.join(name)).expect("a file");
        assert!(read(&beside) == read(&waited), "{name}");
    }
    assert!(report.ledger.checkpoint_s > 0.0);
}

#[test]
fn a_save_beside_training_that_fails_says_so_and_the_next_one_goes_on() {
    let _armed = armed("enospc@save.half:2");
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut session = open(&plan());
    session.train(1).expect("a span");
    let (send, receive) = channel();
    for name in ["a", "b"] {
        let send = send.clone();
        let snapshot = session.snapshot(&request(&folder.path().join(name))).expect("a snapshot");
        session.write_beside(snapshot, Box::new(move |result| send.send(result).expect("heard")));
    }
    let fault = receive.recv().expect("an answer").expect_err("full");
    assert!(fault.message.contains("No space left"), "{}", fault.message);
    receive.recv().expect("an answer").expect("a checkpoint");
    assert_eq!(names(folder.path()), ["b"]);
}

#[test]
fn a_loss_that_is_not_finite_names_step_rate_and_images() {
    let _armed = armed("nan@train.input:4");
    let mut session = open(&plan());
    let fault = session.train(u32::MAX).expect_err("diverged");
    assert_eq!(fault.kind, FaultKind::Diverged);
    assert!(fault.message.starts_with("The loss became NaN in epoch 0, batch 3 (optimizer step 3"));
    assert_eq!((&fault.details["step"], &fault.details["batch"]), (&3.into(), &3.into()));
    assert!(fault.details["learning_rate"].as_f64().is_some_and(|rate| rate > 0.0));
}

#[test]
fn a_gradient_that_is_not_finite_ends_the_run_clipped_or_not() {
    let mut plan = plan();
    for (rule, clip) in [
        (OptimizerRule::Adamw { beta1: 0.9, beta2: 0.999, eps: 1e-8 }, plan.train.clip.take()),
        (OptimizerRule::Adamw { beta1: 0.9, beta2: 0.999, eps: 1e-8 }, None),
        (OptimizerRule::Sgd { momentum: 0.9, dampening: 0.0, nesterov: true }, None),
    ] {
        let _armed = armed("nan@train.gradient:3");
        (plan.train.optimizer.rule, plan.train.clip) = (rule, clip);
        let mut session = open(&plan);
        let fault = session.train(u32::MAX).expect_err("diverged");
        assert_eq!(fault.kind, FaultKind::Diverged, "{}", fault.message);
        assert!(fault.details["step"].as_u64().is_some_and(|step| step <= 3), "{}", fault.details);
    }
}

#[test]
fn weights_that_are_not_finite_are_neither_saved_nor_scored() {
    let mut plan = plan();
    plan.train.clip = None;
    let _armed = armed("nan@train.gradient:2");
    let mut session = open(&plan);
    session.train(2).expect("the loss of the step is still finite");
    let folder = tempfile::tempdir().expect("a temporary folder");
    let fault = session.snapshot(&request(&folder.path().join("x"))).expect_err("refused");
    assert_eq!(fault.kind, FaultKind::Diverged);
    assert!(fault.message.contains("conv1.weight") && fault.message.contains("optimizer step 2"));
    let request = EvaluateRequest { split: Split::Val, weights: Weights::Auto, limit_batches: None };
    let fault = session.evaluate(&request).expect_err("refused");
    assert_eq!(fault.kind, FaultKind::Diverged);
    assert!(fault.message.contains("validation loss"), "{}", fault.message);
}

#[test]
fn a_step_without_memory_says_which_batch_fits() {
    let mut plan = plan();
    let fault_of = |plan: &Plan, limit: u32| {
        let _armed = armed(&format!("oom@train.memory>{limit}"));
        let mut session: Session = open(plan);
        let fault = session.train(1).expect_err("no memory");
        assert_eq!(fault.kind, FaultKind::Device);
        fault
    };
    let fault = fault_of(&plan, 4);
    assert!(fault.message.contains("a step of 8 images of 32 x 32"), "{}", fault.message);
    assert!(fault.message.contains("can't allocate memory"));
    let hint = fault.hint.expect("advice");
    assert!(hint.contains("data.batch_size=4 and trainer.accumulate_grad_batches=2"), "{hint}");
    plan.train.accumulate = 3;
    let hint = fault_of(&plan, 2).hint.expect("advice");
    assert!(hint.contains("data.batch_size=2 and trainer.accumulate_grad_batches=12"), "{hint}");
    let hint = fault_of(&plan, 0).hint.expect("advice");
    assert!(hint.contains("lower data.image_size"), "{hint}");
}

#[test]
fn a_pass_without_memory_says_which_batch_fits() {
    let fault_of = |rule: &str, run: &dyn Fn(&mut Session) -> Fault| {
        let _armed = armed(rule);
        let fault = run(&mut open(&plan()));
        assert_eq!(fault.kind, FaultKind::Device);
        fault
    };
    let evaluate = |session: &mut Session| {
        let request = EvaluateRequest { split: Split::Val, weights: Weights::Auto, limit_batches: None };
        session.evaluate(&request).expect_err("no memory")
    };
    let fault = fault_of("oom@evaluate.memory>3", &evaluate);
    assert!(fault.message.contains("to evaluate 8 images of 32 x 32"), "{}", fault.message);
    let hint = fault.hint.expect("advice");
    assert!(hint.contains("set data.batch_size=2"), "{hint}");

    let predict = |session: &mut Session| {
        session.predict(&[0; 5 * 32 * 32 * 3], 5, 32, 32, Weights::Auto).expect_err("no memory")
    };
    let hint = fault_of("oom@predict.memory>1", &predict).hint.expect("advice");
    assert!(hint.contains("set batch_size=1"), "{hint}");
    let hint = fault_of("oom@predict.memory>0", &predict).hint.expect("advice");
    assert!(hint.contains("Not even one image fits"), "{hint}");
}
