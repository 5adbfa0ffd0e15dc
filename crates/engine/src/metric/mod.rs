//! Metrics in one pattern: `update` on the device without a sync, `compute` reads once, `reset` starts again.
//!
//! The numbers equal torchmetrics', its macro conventions for absent classes included.

mod auroc;
mod calibration;
mod confusion;
mod evaluation;
mod span;

pub(crate) use evaluation::Evaluation;
pub(crate) use span::{Span, SpanRow};
