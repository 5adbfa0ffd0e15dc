//! Times training steps on a resident batch, for a comparison with `bench/step_peer.py`.
//!
//! `cargo run --release --example bench_step -- [--model resnet18] [--image-size 64] [--batch-size 64]
//! [--precision 32|bf16-mixed] [--steps 20] [--warmup 5] [--threads N] [--plain] [--accumulate 1]`
//!
//! Prints one line of JSON: {"images_per_second", "step_ms": {"median", "min", "max"}, "cpu_ms", "precision", "layout", "losses"}.

use std::sync::Arc;
use std::time::Instant;

use classifier_engine::{Control, Session, Sources, Synthetic, configure_process};
use classifier_spec::*;

fn main() {
    configure_process();
    let options: Vec<String> = std::env::args().skip(1).collect();
    let text = |name: &str, default: &str| -> String {
        let place = options.iter().position(|option| *option == format!("--{name}"));
        place.and_then(|at| options.get(at + 1)).map_or(default.to_owned(), Clone::clone)
    };
    let number = |name: &str, default: u32| -> u32 {
        text(name, &default.to_string()).parse().unwrap_or_else(|_| panic!("--{name} takes a number"))
    };
    let plain = options.iter().any(|option| option == "--plain");
    let (side, batch_size) = (number("image-size", 64), number("batch-size", 64));
    let (steps, warmup) = (number("steps", 20), number("warmup", 5));
    let precision = text("precision", "bf16-mixed");
    let architecture = text("model", "resnet18");
    let threads = options.iter().any(|option| option == "--threads").then(|| number("threads", 1));

    let loader = serde_json::json!({
        "transforms": [], "batch_size": batch_size, "num_workers": 0, "prefetch_factor": 1, "drop_last": false,
        "sampler": { "kind": "sequential" }, "cache": { "kind": "off", "budget_bytes": null }, "limit_batches": null
    });
    let plan: Plan = serde_json::from_value(serde_json::json!({
        "seed": 1,
        "model": { "architecture": architecture, "num_classes": 43, "weights": null, "dropout": 0.0, "freeze": [],
                   "zero_init_residual": false },
        "machine": { "device": { "kind": "cpu" }, "precision": precision, "channels_last": true, "threads": threads,
                     "deterministic": false, "benchmark": false, "tf32": false, "pin_memory": false,
                     "detect_anomaly": false },
        "train": {
            "max_epochs": 1,
            "loss": { "kind": "cross_entropy", "label_smoothing": 0.1, "class_weights": null },
            "optimizer": { "rule": { "kind": "adamw", "beta1": 0.9, "beta2": 0.999, "eps": 1e-8 },
                           "learning_rate": 1e-3, "weight_decay": 1e-2, "no_decay_norm_bias": false,
                           "head_lr_multiplier": 1.0, "sam": null },
            "schedule": { "interval": "epoch", "warmup": 0, "warmup_start_factor": 1.0,
                          "curve": { "kind": "constant" }, "total": 1 },
            "ema": { "decay": 0.9999, "warmup_steps": 2000 },
            "clip": { "algorithm": "norm", "value": 1.0 },
            "accumulate": number("accumulate", 1),
            "mix": null
        },
        "train_loader": loader, "eval_loader": loader
    }))
    .expect("a plan");

    let mut source = Synthetic::new(1, 43, batch_size, steps + warmup, side);
    source.resident = true;
    let sources = Sources { train: Some(Box::new(source)), ..Sources::default() };
    let open = if plain { Session::open_plain } else { Session::open_with };
    let (mut session, _) = open(&plan, sources, Arc::new(Control::default())).expect("a session");
    let mut losses = Vec::new();
    let (mut times, mut cpu_times) = (Vec::new(), Vec::new());
    for step in 0..steps + warmup {
        let (started, cpu_started) = (Instant::now(), cpu_seconds());
        losses.push(session.train(1).expect("a step").last.loss);
        if step >= warmup {
            times.push(started.elapsed().as_secs_f64() * 1e3);
            cpu_times.push((cpu_seconds() - cpu_started) * 1e3);
        }
    }
    times.sort_by(f64::total_cmp);
    cpu_times.sort_by(f64::total_cmp);
    let median = times[times.len() / 2];
    println!(
        "{}",
        serde_json::json!({
            "images_per_second": f64::from(batch_size) * 1e3 / median,
            "step_ms": { "median": median, "min": times[0], "max": times[times.len() - 1] },
            // Of all threads: on a busy machine, with --threads 1, the only number that says something.
            "cpu_ms": { "median": cpu_times[cpu_times.len() / 2], "min": cpu_times[0] },
            "precision": precision, "layout": "channels_last", "losses": losses,
            "peak_rss_mb": session.inspect().expect("a report").peak_rss_mb,
        })
    );
}

fn cpu_seconds() -> f64 {
    // SAFETY: a plain struct that the call fills.
    let time = unsafe {
        let mut time: libc::timespec = std::mem::zeroed();
        libc::clock_gettime(libc::CLOCK_PROCESS_CPUTIME_ID, &mut time);
        time
    };
    time.tv_sec as f64 + time.tv_nsec as f64 * 1e-9
}
