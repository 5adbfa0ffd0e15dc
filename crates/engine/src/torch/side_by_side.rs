//! Parts of a pass on one core each.

use std::ffi::c_void;
use std::sync::Mutex;

use tch::Tensor;

use super::call::{Answer, check};
use crate::error::{Error, Result};

type Part = unsafe extern "C" fn(of: *const c_void, part: i64);

unsafe extern "C" {
    fn ct_side_by_side(parts: i64, run: Part, of: *const c_void) -> Answer;
}

/// What a closure borrows, for several threads.
struct Work<'a> {
    run: &'a dyn Fn(i64) -> Result<Tensor>,
    done: Mutex<Vec<Option<Result<Tensor>>>>,
}

/// The answers of `run` for 0, 1, … `parts` − 1, each by one thread of the team, whose loops inside then use no other; no
/// gradients are taken.
///
/// # Safety
/// `run` is called from several threads at once: it may only read the tensors that it has borrowed.
pub(crate) unsafe fn side_by_side(parts: usize, run: &dyn Fn(i64) -> Result<Tensor>) -> Result<Vec<Tensor>> {
    unsafe extern "C" fn one(of: *const c_void, part: i64) {
        // SAFETY: `side_by_side` passed it, and waits.
        let work = unsafe { &*of.cast::<Work>() };
        let answer = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            let _no_grad = tch::no_grad_guard();
            (work.run)(part)
        }));
        let answer = answer.unwrap_or_else(|_| Err(Error::Torch("a part of a pass panicked".into())));
        if let Ok(mut done) = work.done.lock() {
            done[part as usize] = Some(answer);
        }
    }
    let work = Work { run, done: Mutex::new((0..parts).map(|_| None).collect()) };
    check(unsafe { ct_side_by_side(parts as i64, one, (&raw const work).cast()) })?;
    let done = work.done.into_inner().map_err(|_| Error::Torch("a part of a pass panicked".into()))?;
    done.into_iter()
        .map(|answer| answer.unwrap_or_else(|| Err(Error::Torch("a part of a pass did not run".into()))))
        .collect()
}
