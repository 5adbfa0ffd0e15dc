//! The addon: hands JavaScript's calls to the engine, and decides nothing. What needs no libtorch is in `classifier-images`.
//!
//! Specs and reports cross as JSON text (their shapes are `ts/native/spec.d.ts`), big arrays as typed arrays, failures as
//! errors whose message is a `Fault` in JSON. No JavaScript function enters the core and no tensor leaves it.

mod process;
mod session;
