//! Single tensors.

use std::ffi::c_void;

use tch::{Kind, Tensor};

use super::call::{Answer, Handle, check, handle, tensor_from};
use crate::error::Result;

unsafe extern "C" {
    fn ct_contiguous(tensor: Handle, format: i32, out: *mut Handle) -> Answer;
    fn ct_copy_(destination: Handle, source: Handle, non_blocking: bool) -> Answer;
    fn ct_pin_memory(tensor: Handle, out: *mut Handle) -> Answer;
    fn ct_clone_as(tensor: Handle, kind: i32, out: *mut Handle) -> Answer;
    fn ct_to_bytes(tensor: Handle, destination: *mut c_void, bytes: usize) -> Answer;
    fn ct_from_bytes(tensor: Handle, source: *const c_void, bytes: usize) -> Answer;
}

/// `c10::ScalarType` of a kind.
pub(super) fn scalar_type(kind: Kind) -> i32 {
    match kind {
        Kind::Uint8 => 0,
        Kind::Int8 => 1,
        Kind::Int16 => 2,
        Kind::Int => 3,
        Kind::Int64 => 4,
        Kind::Half => 5,
        Kind::Double => 7,
        Kind::Bool => 11,
        Kind::BFloat16 => 15,
        // The engine makes tensors of no other kind.
        _ => 6,
    }
}

/// The order in memory of a 4-d tensor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    Contiguous,
    ChannelsLast,
}

/// The tensor in this order; itself where it has it already.
pub(crate) fn in_format(tensor: &Tensor, format: Format) -> Result<Tensor> {
    // SAFETY: the handle lives as long as the call.
    tensor_from(|out| unsafe {
        ct_contiguous(handle(tensor), i32::from(format == Format::ChannelsLast), out)
    })
}

/// `destination ← source`, outside the graph's sight only under `no_grad`.
pub(crate) fn copy(destination: &Tensor, source: &Tensor, non_blocking: bool) -> Result<()> {
    // SAFETY: both handles live as long as the call.
    check(unsafe { ct_copy_(handle(destination), handle(source), non_blocking) })
}

pub(crate) fn pin_memory(tensor: &Tensor) -> Result<Tensor> {
    // SAFETY: the handle lives as long as the call.
    tensor_from(|out| unsafe { ct_pin_memory(handle(tensor), out) })
}

/// A detached copy with the same strides, in `kind`.
pub(crate) fn clone_as(tensor: &Tensor, kind: Kind) -> Result<Tensor> {
    // SAFETY: the handle lives as long as the call.
    tensor_from(|out| unsafe { ct_clone_as(handle(tensor), scalar_type(kind), out) })
}

/// The elements in row-major order, little-endian.
pub(crate) fn to_bytes(tensor: &Tensor) -> Result<Vec<u8>> {
    let mut bytes = vec![0u8; tensor.numel() * tensor.f_kind()?.elt_size_in_bytes()];
    // SAFETY: the buffer has the length that is told.
    check(unsafe { ct_to_bytes(handle(tensor), bytes.as_mut_ptr().cast(), bytes.len()) })?;
    Ok(bytes)
}

/// Fills `tensor`, whatever its strides and device, from row-major little-endian bytes of its own kind.
pub(crate) fn from_bytes(tensor: &Tensor, bytes: &[u8]) -> Result<()> {
    // SAFETY: the buffer has the length that is told.
    check(unsafe { ct_from_bytes(handle(tensor), bytes.as_ptr().cast(), bytes.len()) })
}
