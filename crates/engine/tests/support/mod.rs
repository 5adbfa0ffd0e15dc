//! Plans and sessions for tests.
#![allow(dead_code)]

pub mod formula;

use std::path::Path;
use std::sync::Arc;

use classifier_engine::{Control, Session, Sources, Synthetic};
use classifier_spec::*;

pub const CLASSES: u32 = 5;

pub fn loader(batch_size: u32) -> LoaderSpec {
    LoaderSpec {
        transforms: Vec::new(),
        batch_size,
        num_workers: 0,
        prefetch_factor: 2,
        drop_last: false,
        sampler: SamplerSpec::Sequential,
        cache: CacheSpec { kind: CacheKind::Off, budget_bytes: None },
        limit_batches: None,
    }
}

/// ResNet18, AdamW, warmup and cosine, EMA, clipping, fp32.
pub fn plan() -> Plan {
    Plan {
        seed: 11,
        model: ModelSpec {
            architecture: Architecture::Resnet18,
            num_classes: CLASSES,
            weights: None,
            dropout: 0.0,
            freeze: Vec::new(),
            zero_init_residual: false,
        },
        machine: MachineSpec {
            device: DeviceSpec::Cpu,
            precision: Precision::Fp32,
            channels_last: true,
            threads: Some(1),
            deterministic: true,
            benchmark: false,
            tf32: false,
            pin_memory: false,
            detect_anomaly: false,
        },
        train: TrainSpec {
            max_epochs: 2,
            loss: LossSpec::CrossEntropy { label_smoothing: 0.1, class_weights: None },
            optimizer: OptimizerSpec {
                rule: OptimizerRule::Adamw { beta1: 0.9, beta2: 0.999, eps: 1e-8 },
                learning_rate: 1e-3,
                weight_decay: 1e-2,
                no_decay_norm_bias: false,
                head_lr_multiplier: 1.0,
                sam: None,
            },
            schedule: ScheduleSpec {
                interval: ScheduleInterval::Step,
                warmup: 3,
                warmup_start_factor: 0.1,
                curve: ScheduleCurve::Cosine { eta_min_factor: 0.05 },
                total: 12,
            },
            ema: Some(EmaSpec { decay: 0.99, warmup_steps: 10 }),
            clip: Some(ClipSpec { algorithm: ClipAlgorithm::Norm, value: 1.0 }),
            accumulate: 1,
            mix: None,
        },
        train_loader: loader(8),
        eval_loader: loader(8),
    }
}

/// Six batches of eight (the last of three), 32 px; validation of two.
pub fn sources() -> Sources {
    let mut train = Synthetic::new(5, CLASSES, 8, 6, 32);
    train.last_batch_size = 3;
    let mut val = Synthetic::new(6, CLASSES, 8, 2, 32);
    val.augment = false;
    Sources { train: Some(Box::new(train)), val: Some(Box::new(val)), ..Sources::default() }
}

pub fn open(plan: &Plan) -> Session {
    Session::open_with(plan, sources(), Arc::new(Control::default())).expect("a session").0
}

/// The model as `directory/model.safetensors`.
pub fn save_weights(session: &mut Session, directory: &Path, scored: Weights) {
    let directory = directory.to_string_lossy().into_owned();
    let request = SaveRequest { directory, scored, weights_only: true, state: serde_json::Value::Null };
    session.save(&request).expect("a checkpoint");
}

/// Trains until the plan's last epoch is done, in spans of `span` batches.
pub fn finish(session: &mut Session, plan: &Plan, span: u32) -> Vec<TrainReport> {
    let mut reports = Vec::new();
    while session.inspect().expect("a position").position.epoch < plan.train.max_epochs {
        reports.push(session.train(span).expect("a span"));
    }
    reports
}
