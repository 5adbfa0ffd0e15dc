//! What crosses the boundary between TypeScript and the native core: resolved options, reports and faults.
//!
//! Everything here is plain data without defaults. The user's form, with defaults, ranges and descriptions, is the
//! valibot schema in `ts/config`; a resolved [`Plan`] is what runs, what is printed and what lies in `plan.json`.
//! Field names are the configuration's own (snake_case). `ts/native/spec.d.ts` is generated from these types; the test
//! `typescript` fails when it is stale (`UPDATE_SPEC=1 cargo test -p classifier-spec` writes it).

mod data;
mod explain;
mod export;
mod fault;
mod model;
mod optimize;
mod plan;
mod report;
mod transform;

pub use data::*;
pub use explain::*;
pub use export::*;
pub use fault::*;
pub use model::*;
pub use optimize::*;
pub use plan::*;
pub use report::*;
pub use transform::*;
