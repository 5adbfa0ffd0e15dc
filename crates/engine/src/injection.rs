//! Failures on demand, for tests of what happens then.
//!
//! `CLASSIFIER_TRAINING_INJECT` holds rules `EFFECT@POINT`, separated by commas. A rule works at the point's first hit;
//! with `:n` at its n-th; with `>n` at every hit whose size (images of a batch) is above n.
//!
//! | effect | does |
//! |---|---|
//! | `kill` | the process ends at once, as by `kill -9` |
//! | `enospc`, `eio`, `erofs` | the call fails as on a full, broken or read-only disk |
//! | `nan` | the value becomes NaN |
//! | `oom` | the step fails as where the allocator has no memory |
//!
//! The points that TypeScript passes are in `ts/train/injection.ts`. CONTRIBUTING.md lists them all.

use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, Once, PoisonError};

use classifier_spec::{Fault, FaultKind};

const VARIABLE: &str = "CLASSIFIER_TRAINING_INJECT";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Effect {
    Kill,
    Io(i32),
    Nan,
    OutOfMemory,
}

const EFFECTS: [(&str, Effect); 6] = [
    ("kill", Effect::Kill),
    ("enospc", Effect::Io(libc::ENOSPC)),
    ("eio", Effect::Io(libc::EIO)),
    ("erofs", Effect::Io(libc::EROFS)),
    ("nan", Effect::Nan),
    ("oom", Effect::OutOfMemory),
];

#[derive(Debug, Clone, PartialEq)]
enum When {
    Hit(u64),
    SizeAbove(u64),
}

#[derive(Debug, Clone, PartialEq)]
struct Rule {
    effect: Effect,
    point: String,
    when: When,
    hits: u64,
}

static ARMED: AtomicBool = AtomicBool::new(false);
static RULES: Mutex<Vec<Rule>> = Mutex::new(Vec::new());
static ENVIRONMENT: Once = Once::new();

/// Replaces all rules; an empty text removes them.
pub fn arm(rules: &str) -> Result<(), Fault> {
    let rules = parse(rules)?;
    ARMED.store(!rules.is_empty(), Ordering::Release);
    *RULES.lock().unwrap_or_else(PoisonError::into_inner) = rules;
    Ok(())
}

/// Takes the rules from the environment, once a process.
pub(crate) fn arm_from_environment() -> Result<(), Fault> {
    let mut answer = Ok(());
    ENVIRONMENT.call_once(|| {
        if let Some(rules) = std::env::var_os(VARIABLE) {
            answer = arm(&rules.to_string_lossy());
        }
    });
    answer
}

/// A point where a value of `size` may be hurt. `kill` does not return.
pub(crate) fn hit(point: &str, size: u64) -> Option<Effect> {
    if !ARMED.load(Ordering::Acquire) {
        return None;
    }
    let mut found = None;
    for rule in RULES.lock().unwrap_or_else(PoisonError::into_inner).iter_mut() {
        if rule.point != point {
            continue;
        }
        rule.hits += 1;
        let due = match rule.when {
            When::Hit(nth) => rule.hits == nth,
            When::SizeAbove(limit) => size > limit,
        };
        if due {
            found = Some(rule.effect);
        }
    }
    if found == Some(Effect::Kill) {
        // SAFETY: a signal to this very process, which ends it.
        unsafe { libc::kill(libc::getpid(), libc::SIGKILL) };
        loop {
            std::thread::park();
        }
    }
    found
}

/// A point where a call of the disk may fail.
pub(crate) fn disk(point: &str) -> io::Result<()> {
    match hit(point, 0) {
        Some(Effect::Io(code)) => Err(io::Error::from_raw_os_error(code)),
        _ => Ok(()),
    }
}

fn parse(text: &str) -> Result<Vec<Rule>, Fault> {
    text.split(',').map(str::trim).filter(|rule| !rule.is_empty()).map(parse_rule).collect()
}

fn parse_rule(text: &str) -> Result<Rule, Fault> {
    let bad = || {
        let names: Vec<&str> = EFFECTS.iter().map(|(name, _)| *name).collect();
        Fault::new(FaultKind::Config, format!("{VARIABLE} holds \"{text}\", which is no rule"))
            .hint(format!("Write EFFECT@POINT, EFFECT@POINT:n or EFFECT@POINT>n, with {}.", names.join(", ")))
    };
    let (effect, place) = text.split_once('@').ok_or_else(bad)?;
    let effect = EFFECTS.iter().find(|(name, _)| *name == effect).ok_or_else(bad)?.1;
    let (point, when) = if let Some((point, nth)) = place.split_once(':') {
        (point, When::Hit(nth.parse().map_err(|_| bad())?))
    } else if let Some((point, limit)) = place.split_once('>') {
        (point, When::SizeAbove(limit.parse().map_err(|_| bad())?))
    } else {
        (place, When::Hit(1))
    };
    Ok(Rule { effect, point: point.to_owned(), when, hits: 0 })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_are_read() {
        let rules = parse("kill@save.rename:3, oom@train.step>16,eio@save.sync").expect("rules");
        assert_eq!(rules[0].when, When::Hit(3));
        assert_eq!(rules[1].when, When::SizeAbove(16));
        assert_eq!((rules[2].effect, &rules[2].when), (Effect::Io(libc::EIO), &When::Hit(1)));
    }

    #[test]
    fn what_is_no_rule_is_refused() {
        for text in ["kill", "stab@save.rename", "kill@save.rename:x", "oom@train.step>"] {
            assert!(parse(text).is_err_and(|fault| fault.message.contains(text)), "{text}");
        }
    }
}
