//! A step that really does not fit: the process's address space is limited, so this test has a process of its own.
#![cfg(target_os = "linux")]

mod support;

use std::sync::Arc;

use classifier_engine::{Control, Session, Sources, Synthetic};
use classifier_spec::*;
use support::*;

#[test]
fn the_batch_that_is_advised_fits() {
    let mut plan = plan();
    (plan.train_loader.batch_size, plan.train.clip) = (64, None);
    let side = 128;
    let open = |batch: u32| {
        let train = Synthetic::new(5, CLASSES, batch, 2, side);
        let sources = Sources { train: Some(Box::new(train)), ..Sources::default() };
        Session::open_with(&plan, sources, Arc::new(Control::default())).expect("a session").0
    };
    // What stays resident is there before the limit is drawn.
    open(2).train(1).expect("a step");
    let mut session = open(64);
    limit_growth(700 << 20);
    let fault = session.train(1).expect_err("no memory");
    assert_eq!(fault.kind, FaultKind::Device, "{}", fault.message);
    let fits = fault.details["fits"].as_u64().unwrap_or_else(|| panic!("{fault:?}"));
    assert!(fits < 64, "{fault:?}");
    open(fits as u32).train(1).expect("a step of the batch that was advised");
}

/// Lets the process take this many bytes more than it has.
fn limit_growth(bytes: u64) {
    let status = std::fs::read_to_string("/proc/self/statm").expect("statm");
    let pages: u64 = status.split(' ').next().and_then(|text| text.parse().ok()).expect("pages");
    let limit = pages * 4096 + bytes;
    let limits = libc::rlimit { rlim_cur: limit, rlim_max: libc::RLIM_INFINITY };
    // SAFETY: a plain struct in.
    assert_eq!(unsafe { libc::setrlimit(libc::RLIMIT_AS, &limits) }, 0);
}
