//! The process's settings and what the machine has.

use std::ffi::{CStr, c_char, c_void};

use super::call::{Answer, check};
use crate::error::Result;

unsafe extern "C" {
    fn ct_set_threads(intra_op: i32) -> Answer;
    fn ct_manual_seed(seed: u64) -> Answer;
    fn ct_set_backend_flags(deterministic: bool, benchmark: bool, tf32: bool) -> Answer;
    fn ct_cpu_capability(out: *mut *mut c_char) -> Answer;
    fn ct_cuda_available(out: *mut bool) -> Answer;
    fn ct_cuda_device_count(out: *mut i32) -> Answer;
    fn ct_mps_available(out: *mut bool) -> Answer;
    fn ct_peak_device_bytes(index: i32, out: *mut i64) -> Answer;
    fn ct_profile_start() -> Answer;
    fn ct_profile_stop(out: *mut *mut c_char) -> Answer;
}

pub(crate) fn set_threads(intra_op: u32) -> Result<()> {
    // SAFETY (here and below): plain numbers in, plain numbers out.
    check(unsafe { ct_set_threads(intra_op as i32) })
}

/// Seeds torch's own generators, which only dropout reads; done before each use, so they carry no state.
pub(crate) fn manual_seed(seed: u64) -> Result<()> {
    check(unsafe { ct_manual_seed(seed) })
}

pub(crate) fn set_backend_flags(deterministic: bool, benchmark: bool, tf32: bool) -> Result<()> {
    check(unsafe { ct_set_backend_flags(deterministic, benchmark, tf32) })
}

/// `DEFAULT`, `AVX2`, `AVX512`, …
pub(crate) fn cpu_capability() -> Result<String> {
    text_from(|out| unsafe { ct_cpu_capability(out) })
}

fn text_from(call: impl FnOnce(*mut *mut c_char) -> Answer) -> Result<String> {
    let mut out = std::ptr::null_mut();
    check(call(&mut out))?;
    // SAFETY: the shim left a NUL-terminated string from malloc.
    Ok(unsafe {
        let text = CStr::from_ptr(out).to_string_lossy().into_owned();
        libc::free(out.cast::<c_void>());
        text
    })
}

pub(crate) fn profile_start() -> Result<()> {
    check(unsafe { ct_profile_start() })
}

/// A line for each operator: name, calls, nanoseconds without what it called; by tabs.
pub(crate) fn profile_stop() -> Result<String> {
    text_from(|out| unsafe { ct_profile_stop(out) })
}

pub(crate) fn cuda_available() -> Result<bool> {
    let mut out = false;
    check(unsafe { ct_cuda_available(&mut out) })?;
    Ok(out)
}

pub(crate) fn cuda_device_count() -> Result<u32> {
    let mut out = 0;
    check(unsafe { ct_cuda_device_count(&mut out) })?;
    Ok(out.max(0) as u32)
}

pub(crate) fn mps_available() -> Result<bool> {
    let mut out = false;
    check(unsafe { ct_mps_available(&mut out) })?;
    Ok(out)
}

pub(crate) fn peak_device_bytes(index: u32) -> Result<u64> {
    let mut out = 0;
    check(unsafe { ct_peak_device_bytes(index as i32, &mut out) })?;
    Ok(out.max(0) as u64)
}
