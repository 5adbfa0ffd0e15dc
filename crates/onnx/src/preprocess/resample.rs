//! Pillow's 8-bit resampling (`src/libImaging/Resample.c`) along one axis, as matrix products without a rounding error.
//!
//! Pillow turns each filter weight w into K = ⌊w·2²² + ½⌋ and a pixel into ⌊(Σ K·p + 2²¹) / 2²²⌋. The triangle filter's
//! weights are fractions of integers, so K is had by integer division. K = 2¹¹·hi + lo splits the sum into two products
//! whose terms and partial sums are whole numbers below 2²⁴, which f32 holds exactly: the answer depends neither on the
//! order of summation nor on the machine (TF32 products are exact too: hi, lo and p have at most 11 bits). Past 32 taps,
//! when an image shrinks to less than a sixteenth, the sum over lo may round, by less than 2⁻¹⁸ of a level.

use super::axis::Axis;
use crate::{ElementType, Graph, OnnxError, Value};

/// Resamples `x_nchw` (whole numbers 0 … 255 in f32) along its rows or its columns.
pub(super) fn emit(
    graph: &mut Graph<'_>,
    prefix: &str,
    x_nchw: &Value,
    axis: &Axis,
    vertical: bool,
) -> Result<Value, OnnxError> {
    let name = |part: &str| format!("{prefix}.{part}");
    let [high, low] = filter(graph, prefix, axis, vertical)?;
    let mut product = |part: &str, matrix: &Value| {
        let (left, right) = if vertical { (matrix, x_nchw) } else { (x_nchw, matrix) };
        graph.mat_mul(&name(part), left, right)
    };
    let (high, low) = (product("high.sum", &high)?, product("low.sum", &low)?);
    // ⌊(2¹¹·high + low + 2²¹) / 2²²⌋ = ⌊(high + ⌊low / 2¹¹⌋ + 2¹⁰) / 2¹¹⌋
    let (shift, half) = (graph.scalar_f32(1.0 / 2048.0)?, graph.scalar_f32(1024.0)?);
    let carry = graph.mul(&name("carry"), &low, &shift)?;
    let carry = graph.floor(&name("carry.floor"), &carry)?;
    let sum = graph.add(&name("sum"), &high, &carry)?;
    let sum = graph.add(&name("sum.half"), &sum, &half)?;
    let level = graph.mul(&name("level"), &sum, &shift)?;
    graph.floor(&name("level.floor"), &level)
}

/// The halves [hi, lo] of K as f32: [C, pixels] for rows, [pixels, C] for columns.
fn filter(graph: &mut Graph<'_>, prefix: &str, axis: &Axis, vertical: bool) -> Result<[Value; 2], OnnxError> {
    let name = |part: &str| format!("{prefix}.{part}");
    // The axis that runs over the pixels, which the filter sums over.
    let over_pixels = usize::from(vertical);
    let (zero, one, two) = (graph.scalar(0)?, graph.scalar(1)?, graph.scalar(2)?);

    let pixels = graph.range(&name("pixels"), &axis.start, &axis.end, &one)?;
    let pixels = graph.mul(&name("pixels.doubled"), &pixels, &two)?;
    let pixels = graph.add(&name("pixels.odd"), &pixels, &one)?;
    let pixels = graph.mul(&name("pixels.centres"), &pixels, &axis.output)?;
    let pixels = graph.unsqueeze(&name("pixels.2d"), &pixels, 1 - over_pixels)?;
    let rows = graph.unsqueeze(&name("rows.2d"), &axis.centres, over_pixels)?;
    let distance = graph.sub(&name("difference"), &pixels, &rows)?;
    let distance = graph.abs(&name("distance"), &distance)?;
    let weight = graph.sub(&name("triangle"), &axis.reach, &distance)?;
    let mut weight = graph.max(&name("weight"), &weight, &zero)?;
    if let Some(inside) = &axis.inside {
        let inside = graph.unsqueeze(&name("inside.2d"), inside, over_pixels)?;
        weight = graph.mul(&name("weight.inside"), &weight, &inside)?;
    }
    let total = graph.reduce_sum(&name("total"), &weight, over_pixels)?;
    // Rows of the filling have no weight at all.
    let total = graph.max(&name("total.positive"), &total, &one)?;

    // ⌊w·2²² / total + ½⌋ = ⌊(w·2²³ + total) / (2·total)⌋
    let (precision, split) = (graph.scalar(1 << 23)?, graph.scalar(1 << 11)?);
    let scaled = graph.mul(&name("scaled"), &weight, &precision)?;
    let scaled = graph.add(&name("scaled.half"), &scaled, &total)?;
    let divisor = graph.mul(&name("divisor"), &total, &two)?;
    let fixed = graph.div(&name("fixed"), &scaled, &divisor)?;
    let high = graph.div(&name("high"), &fixed, &split)?;
    let rest = graph.mul(&name("high.shifted"), &high, &split)?;
    let low = graph.sub(&name("low"), &fixed, &rest)?;
    Ok([
        graph.cast(&name("high.f32"), &high, ElementType::F32)?,
        graph.cast(&name("low.f32"), &low, ElementType::F32)?,
    ])
}
