//! The addon: hands JavaScript's calls to the engine and data crates, and decides nothing.
//!
//! Specs and reports cross as JSON text (their shapes are `ts/native/spec.d.ts`), big arrays as typed arrays, failures as
//! errors whose message is a `Fault` in JSON. No JavaScript function enters the core and no tensor leaves it.

mod boundary;
mod dataset;
mod journal;
mod loader;
mod preprocessor;
mod process;
mod session;
