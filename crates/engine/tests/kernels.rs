//! The engine's own kernels against libtorch's ops over whole steps, in both precisions.

mod support;

use std::sync::Arc;

use classifier_engine::{Control, Session, Sources, Synthetic};
use classifier_spec::*;
use support::*;

/// Losses and gradient norms of two steps.
fn two_steps(plan: &Plan, side: u32, plain: bool) -> Vec<f64> {
    let train = Synthetic::new(3, CLASSES, 8, 2, side);
    let sources = Sources { train: Some(Box::new(train)), ..Sources::default() };
    let open = if plain { Session::open_plain } else { Session::open_with };
    let (mut session, _) = open(plan, sources, Arc::new(Control::default())).expect("a session");
    let mut found = Vec::new();
    for _ in 0..2 {
        let last = session.train(1).expect("a step").last;
        found.extend([last.loss, last.grad_norm.expect("a norm")]);
    }
    found
}

/// Odd sides give maps of 25, 13, 7, 4 and 2: edges of the pool and rows that fill no block. The last batch norms see 32
/// values a channel, which enlarges differences of rounding, and a step enlarges them again.
#[test]
fn whole_steps_agree() {
    let bounds = |precision| match precision {
        Precision::Fp32 => [1e-5, 1e-4, 1e-4, 1e-3],
        _ => [1e-2, 0.05, 0.02, 0.1],
    };
    for precision in [Precision::Fp32, Precision::Bf16Mixed] {
        for architecture in [Architecture::Resnet18, Architecture::Resnet50] {
            let mut plan = plan();
            plan.machine.precision = precision;
            plan.model.architecture = architecture;
            // Else the gradients of a fresh ResNet50 are in the hundreds, and so are the differences.
            plan.model.zero_init_residual = true;
            let own = two_steps(&plan, 49, false);
            let plain = two_steps(&plan, 49, true);
            for ((a, b), bound) in own.iter().zip(&plain).zip(bounds(precision)) {
                assert!((a - b).abs() < bound * b.abs(), "{precision:?} {architecture:?}: {own:?} {plain:?}");
            }
        }
    }
}

/// The gradient of one batch, by tensor: what a step of plain SGD takes from the weights.
fn gradients(precision: Precision, plain: bool, seed: u64) -> Vec<(String, Vec<f64>)> {
    let mut plan = plan();
    plan.machine.precision = precision;
    let rate = 1.0;
    plan.train.optimizer.rule = OptimizerRule::Sgd { momentum: 0.0, dampening: 0.0, nesterov: false };
    plan.train.optimizer.weight_decay = 0.0;
    plan.train.optimizer.learning_rate = rate;
    plan.train.schedule.warmup = 0;
    (plan.train.clip, plan.train.ema) = (None, None);
    let train = Synthetic::new(seed, CLASSES, 16, 1, 97);
    let sources = Sources { train: Some(Box::new(train)), ..Sources::default() };
    let open = if plain { Session::open_plain } else { Session::open_with };
    let (mut session, _) = open(&plan, sources, Arc::new(Control::default())).expect("a session");
    let folder = tempfile::tempdir().expect("a folder");
    let weights = |session: &mut Session, name: &str| {
        let directory = folder.path().join(name);
        save_weights(session, &directory, Weights::Raw);
        formula::read_safetensors(&directory.join("model.safetensors"))
    };
    let before = weights(&mut session, "before");
    session.train(1).expect("a step");
    let after = weights(&mut session, "after");
    let gradient = |(name, (_, old)): (String, formula::Floats)| {
        let new = &after[&name].1;
        let values = old.iter().zip(new).map(|(old, new)| (old - new) / rate).collect();
        (name, values)
    };
    before.into_iter().filter(|(name, _)| name.contains("conv")).map(gradient).collect()
}

/// ‖a − b‖ / ‖b‖ over all tensors.
fn off(a: &[(String, Vec<f64>)], b: &[(String, Vec<f64>)]) -> f64 {
    let square = |values: &mut dyn Iterator<Item = f64>| values.map(|v| v * v).sum::<f64>();
    let all =
        |of: &[(String, Vec<f64>)]| of.iter().flat_map(|(_, values)| values.clone()).collect::<Vec<_>>();
    let (a, b) = (all(a), all(b));
    let difference = square(&mut a.iter().zip(&b).map(|(a, b)| a - b));
    (difference / square(&mut b.iter().copied())).sqrt()
}

/// In bf16 a fresh network's gradient is a third off with libtorch's ops: values pass zero before a ReLU in every layer. What tiles
/// of 4x4 add is little beside that.
#[test]
fn gradients_in_bf16_are_nearly_those_of_libtorch() {
    let exact = gradients(Precision::Fp32, true, 3);
    let plain = off(&gradients(Precision::Bf16Mixed, true, 3), &exact);
    let own = off(&gradients(Precision::Bf16Mixed, false, 3), &exact);
    let fp32 = off(&gradients(Precision::Fp32, false, 3), &exact);
    let other_batch = off(&gradients(Precision::Fp32, true, 4), &exact);
    println!(
        "off by {own:.4} in bf16 (libtorch {plain:.4}), {fp32:.1e} in fp32; another batch by {other_batch:.2}"
    );
    assert!(fp32 < 1e-2, "{fp32}");
    assert!(own < 1.5 * plain, "{own} {plain}");
    assert!(own < 0.5 * other_batch, "{own} {other_batch}");
}

#[test]
fn nan_is_told_with_its_place() {
    for plain in [true, false] {
        let mut plan = plan();
        // The first step throws the weights so far that the second loss is not finite.
        plan.train.optimizer.rule = OptimizerRule::Sgd { momentum: 0.0, dampening: 0.0, nesterov: false };
        plan.train.optimizer.learning_rate = 1e30;
        plan.train.schedule.warmup = 0;
        plan.train.clip = None;
        let open = if plain { Session::open_plain } else { Session::open_with };
        let (mut session, _) = open(&plan, sources(), Arc::new(Control::default())).expect("a session");
        let fault = session.train(6).expect_err("diverged");
        assert_eq!(fault.kind, FaultKind::Diverged, "{}", fault.message);
        assert_eq!(
            (&fault.details["batch"], &fault.details["step"]),
            (&1.into(), &1.into()),
            "{}",
            fault.details
        );
        assert_eq!(fault.details["files"][0], "synthetic/8");
        assert!(fault.message.contains("e29"), "{}", fault.message);
    }
}

/// Folding with the norms and packing change the order of roundings, and the weights that stand still are those of the moment.
#[test]
fn passes_outside_training_agree() {
    let folder = tempfile::tempdir().expect("a folder");
    for architecture in [Architecture::Resnet18, Architecture::Resnet50] {
        let mut plan = plan();
        plan.model.architecture = architecture;
        plan.train.ema = None;
        let mut trained = open(&plan);
        let size = 45;
        let images: Vec<u8> = (0..3 * size * size * 3).map(|i| (i * 7919 % 251) as u8).collect();
        let ask =
            |session: &mut Session| session.predict(&images, 3, size, size, Weights::Raw).expect("logits");
        let before = ask(&mut trained);
        trained.train(4).expect("steps");
        let answers = ask(&mut trained);
        assert!(apart(&before, &answers) > 1e-3, "the weights of before answer");
        let directory = folder.path().join(format!("{architecture:?}"));
        let directory = directory.to_str().expect("UTF-8");
        trained
            .save(&SaveRequest {
                directory: directory.into(),
                scored: Weights::Raw,
                weights_only: false,
                state: serde_json::Value::Null,
            })
            .expect("a checkpoint");
        let asked = |precision, plain: bool| {
            let mut plan = plan.clone();
            plan.machine.precision = precision;
            let open = if plain { Session::open_plain } else { Session::open_with };
            let (mut session, _) = open(&plan, sources(), Arc::new(Control::default())).expect("a session");
            session.load(directory).expect("loaded");
            ask(&mut session)
        };
        let exact = asked(Precision::Fp32, true);
        let fp32 = apart(&asked(Precision::Fp32, false), &exact);
        assert!(fp32 < 1e-5, "{architecture:?}: {fp32}");
        let [plain, own] = [true, false].map(|plain| apart(&asked(Precision::Bf16Mixed, plain), &exact));
        assert!(own < 3.0 * plain && plain < 0.1, "{architecture:?} in bf16: {own}, plain {plain}");
        assert!(apart(&answers, &exact) < 1e-5);
    }
}

/// max |Δ| over the largest |value|.
fn apart(found: &[f32], exact: &[f32]) -> f32 {
    let largest = exact.iter().fold(0f32, |most, value| most.max(value.abs()));
    found.iter().zip(exact).fold(0f32, |most, (a, b)| most.max((a - b).abs())) / largest
}
