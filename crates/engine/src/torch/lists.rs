//! One call for a whole list of tensors; nothing here is recorded by autograd.

use tch::Tensor;

use super::call::{Answer, Handle, check, handle, handles, tensor_from};
use crate::error::Result;

unsafe extern "C" {
    fn ct_foreach_add_(tensors: *const Handle, other: *const Handle, count: usize, alpha: f64) -> Answer;
    fn ct_foreach_add_scalar_(tensors: *const Handle, count: usize, value: f64, integral: bool) -> Answer;
    fn ct_foreach_mul_scalar_(tensors: *const Handle, count: usize, factor: f64) -> Answer;
    fn ct_foreach_mul_tensor_(tensors: *const Handle, count: usize, factor: Handle) -> Answer;
    fn ct_foreach_mul_(tensors: *const Handle, other: *const Handle, count: usize) -> Answer;
    fn ct_foreach_clamp_(tensors: *const Handle, count: usize, low: f64, high: f64) -> Answer;
    fn ct_foreach_lerp_(tensors: *const Handle, end: *const Handle, count: usize, weight: f64) -> Answer;
    fn ct_foreach_copy_(tensors: *const Handle, source: *const Handle, count: usize) -> Answer;
    fn ct_total_norm(tensors: *const Handle, count: usize, out: *mut Handle) -> Answer;
    fn ct_unscale_(grads: *const Handle, count: usize, found_inf: Handle, inverse_scale: Handle) -> Answer;
}

/// `tensors += alpha · other`
pub(crate) fn add(tensors: &[Tensor], other: &[Tensor], alpha: f64) -> Result<()> {
    let (a, b) = (handles(tensors), handles(other));
    // SAFETY (here and below): the handles live as long as the call, and the lists have the length told.
    check(unsafe { ct_foreach_add_(a.as_ptr(), b.as_ptr(), a.len().min(b.len()), alpha) })
}

/// `tensors += 1` for counters of integers.
pub(crate) fn count_up(tensors: &[&Tensor]) -> Result<()> {
    let a = handles(tensors.iter().copied());
    check(unsafe { ct_foreach_add_scalar_(a.as_ptr(), a.len(), 1.0, true) })
}

pub(crate) fn scale(tensors: &[Tensor], factor: f64) -> Result<()> {
    let a = handles(tensors);
    check(unsafe { ct_foreach_mul_scalar_(a.as_ptr(), a.len(), factor) })
}

/// Multiplies by a factor that lies on the device.
pub(crate) fn scale_by(tensors: &[Tensor], factor: &Tensor) -> Result<()> {
    let a = handles(tensors);
    check(unsafe { ct_foreach_mul_tensor_(a.as_ptr(), a.len(), handle(factor)) })
}

pub(crate) fn multiply(tensors: &[Tensor], other: &[Tensor]) -> Result<()> {
    let (a, b) = (handles(tensors), handles(other));
    check(unsafe { ct_foreach_mul_(a.as_ptr(), b.as_ptr(), a.len().min(b.len())) })
}

pub(crate) fn clamp(tensors: &[Tensor], low: f64, high: f64) -> Result<()> {
    let a = handles(tensors);
    check(unsafe { ct_foreach_clamp_(a.as_ptr(), a.len(), low, high) })
}

/// `tensors += weight · (end − tensors)`
pub(crate) fn lerp(tensors: &[&Tensor], end: &[&Tensor], weight: f64) -> Result<()> {
    let (a, b) = (handles(tensors.iter().copied()), handles(end.iter().copied()));
    check(unsafe { ct_foreach_lerp_(a.as_ptr(), b.as_ptr(), a.len().min(b.len()), weight) })
}

/// `tensors ← source`, kinds converted.
pub(crate) fn copy_all(tensors: &[&Tensor], source: &[&Tensor]) -> Result<()> {
    let (a, b) = (handles(tensors.iter().copied()), handles(source.iter().copied()));
    check(unsafe { ct_foreach_copy_(a.as_ptr(), b.as_ptr(), a.len().min(b.len())) })
}

/// 2-norm over all elements, as a scalar on the device.
pub(crate) fn total_norm(tensors: &[Tensor]) -> Result<Tensor> {
    let a = handles(tensors);
    tensor_from(|out| unsafe { ct_total_norm(a.as_ptr(), a.len(), out) })
}

/// Multiplies by `inverse_scale` and sets `found_inf` to 1 where a gradient is not finite.
pub(crate) fn unscale(grads: &[Tensor], found_inf: &Tensor, inverse_scale: &Tensor) -> Result<()> {
    let a = handles(grads);
    check(unsafe { ct_unscale_(a.as_ptr(), a.len(), handle(found_inf), handle(inverse_scale)) })
}
