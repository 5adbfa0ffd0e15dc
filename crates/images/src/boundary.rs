//! Crossing between JavaScript and Rust: JSON in and out, faults as errors, work off the JavaScript thread.

use std::{
    any::Any,
    panic::{AssertUnwindSafe, catch_unwind},
    thread,
};

use classifier_spec::{Fault, FaultKind, without_stack};
use napi::{
    Env, Error, Status,
    bindgen_prelude::{Object, ToNapiValue},
};
use serde::{Serialize, de::DeserializeOwned};

/// Reads a spec that TypeScript wrote; a mismatch is our own mistake, not the user's.
pub fn parse<T: DeserializeOwned>(what: &str, json: &str) -> Result<T, Fault> {
    serde_json::from_str(json).map_err(|error| {
        Fault::new(FaultKind::Bug, format!("the {what} from TypeScript does not fit the core's: {error}"))
    })
}

/// Writes a report for TypeScript.
pub fn render<T: Serialize>(report: &T) -> Result<String, Fault> {
    serde_json::to_string(report)
        .map_err(|error| Fault::new(FaultKind::Bug, format!("a report does not become JSON: {error}")))
}

/// A fault as a JavaScript error; `ts/native/fault.ts` turns it into one of `ts/errors`.
pub fn to_error(fault: &Fault) -> Error {
    let reason = serde_json::to_string(fault).unwrap_or_else(|_| fault.message.clone());
    Error::new(Status::GenericFailure, reason)
}

/// Runs `work`; a panic becomes a fault of kind bug.
pub fn guarded<T>(work: impl FnOnce() -> Result<T, Fault>) -> Result<T, Fault> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|panic| Err(panic_fault(panic.as_ref())))
}

fn panic_fault(panic: &(dyn Any + Send)) -> Fault {
    let message = panic
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| panic.downcast_ref::<&str>().copied())
        .unwrap_or("a panic without a message");
    Fault::new(FaultKind::Bug, format!("the native core failed: {}", without_stack(message)))
        .hint("this is a bug: please report it with the run's log.jsonl and plan.json")
}

/// Runs `work` on a thread of its own; the promise settles with what `convert` makes of its result on the JavaScript thread.
pub fn spawn<'env, T, V>(
    env: &'env Env,
    name: &str,
    work: impl FnOnce() -> Result<T, Fault> + Send + 'static,
    convert: impl FnOnce(T) -> V + Send + 'static,
) -> napi::Result<Object<'env>>
where
    T: Send + 'static,
    V: ToNapiValue + 'static,
{
    let (deferred, promise) = env.create_deferred()?;
    thread::Builder::new()
        .name(name.to_owned())
        .spawn(move || match guarded(work) {
            Ok(value) => deferred.resolve(move |_| Ok(convert(value))),
            Err(fault) => deferred.reject(to_error(&fault)),
        })
        .map_err(|error| {
            to_error(&Fault::new(FaultKind::Device, format!("cannot start a thread: {error}")))
        })?;
    Ok(promise)
}
