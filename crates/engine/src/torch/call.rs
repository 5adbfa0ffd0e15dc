//! How the shim's functions are called: handles in, a message out.

use std::ffi::{CStr, c_char, c_void};

use tch::Tensor;
use torch_sys::C_tensor;

use crate::error::{Error, Result};

/// `at::Tensor*`, as tch holds it.
pub(super) type Handle = *mut C_tensor;

/// The shim's answer: null, or a message from malloc.
pub(super) type Answer = *mut c_char;

pub(super) fn handle(tensor: &Tensor) -> Handle {
    tensor.as_ptr().cast_mut()
}

pub(super) fn handles<'a>(tensors: impl IntoIterator<Item = &'a Tensor>) -> Vec<Handle> {
    tensors.into_iter().map(handle).collect()
}

pub(super) fn check(answer: Answer) -> Result<()> {
    if answer.is_null() {
        return Ok(());
    }
    // SAFETY: a non-null answer is a NUL-terminated string from malloc that is ours to free.
    let message = unsafe {
        let text = CStr::from_ptr(answer).to_string_lossy().into_owned();
        libc::free(answer.cast::<c_void>());
        text
    };
    Err(Error::Torch(message))
}

pub(super) fn handle_or_null(tensor: Option<&Tensor>) -> Handle {
    tensor.map_or(std::ptr::null_mut(), handle)
}

/// As [`tensor_from`], for a function that may leave the place empty.
pub(super) fn perhaps_tensor_from(f: impl FnOnce(*mut Handle) -> Answer) -> Result<Option<Tensor>> {
    let mut out: Handle = std::ptr::null_mut();
    check(f(&mut out))?;
    // SAFETY: the shim made this handle for us and keeps no copy.
    Ok((!out.is_null()).then(|| unsafe { Tensor::from_ptr(out) }))
}

/// Calls `f` with a place for a handle and takes the tensor that it leaves there.
pub(super) fn tensor_from(f: impl FnOnce(*mut Handle) -> Answer) -> Result<Tensor> {
    let mut out: Handle = std::ptr::null_mut();
    check(f(&mut out))?;
    if out.is_null() {
        return Err(Error::Torch("the shim returned no tensor".into()));
    }
    // SAFETY: the shim made this handle for us and keeps no copy.
    Ok(unsafe { Tensor::from_ptr(out) })
}
