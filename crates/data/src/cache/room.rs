//! How much memory and disk there is to use.

use std::{
    ffi::CString,
    fs,
    os::unix::ffi::OsStrExt,
    path::Path,
    sync::atomic::{AtomicU64, Ordering},
};

/// What this process' caches were promised.
static PROMISED: AtomicU64 = AtomicU64::new(0);

/// Bytes that a cache may count on; given back when dropped.
#[derive(Debug)]
pub struct Promise(u64);

impl Promise {
    pub fn of(bytes: u64) -> Self {
        PROMISED.fetch_add(bytes, Ordering::Relaxed);
        Self(bytes)
    }
}

impl Drop for Promise {
    fn drop(&mut self) {
        PROMISED.fetch_sub(self.0, Ordering::Relaxed);
    }
}

/// Half of the memory that is free and not promised to another cache.
pub fn memory_budget() -> u64 {
    available_memory().saturating_sub(PROMISED.load(Ordering::Relaxed)) / 2
}

fn available_memory() -> u64 {
    let machine = available_on_machine();
    // A container may have less than its machine.
    let number = |path: &str| fs::read_to_string(path).ok()?.trim().parse::<u64>().ok();
    match (number("/sys/fs/cgroup/memory.max"), number("/sys/fs/cgroup/memory.current")) {
        (Some(most), Some(current)) => machine.min(most.saturating_sub(current)),
        _ => machine,
    }
}

fn available_on_machine() -> u64 {
    let meminfo = fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let line = meminfo.lines().find_map(|line| line.strip_prefix("MemAvailable:"));
    let kilobytes = line.and_then(|line| line.trim().trim_end_matches("kB").trim().parse::<u64>().ok());
    kilobytes.map_or_else(half_of_physical_memory, |kilobytes| kilobytes * 1024)
}

fn half_of_physical_memory() -> u64 {
    // SAFETY: asks for two numbers.
    let (pages, size) = unsafe { (libc::sysconf(libc::_SC_PHYS_PAGES), libc::sysconf(libc::_SC_PAGESIZE)) };
    if pages > 0 && size > 0 { pages as u64 * size as u64 / 2 } else { 0 }
}

/// Bytes that an ordinary user may still write below `folder`; 0 where that cannot be told.
pub fn free_disk(folder: &Path) -> u64 {
    let Ok(path) = CString::new(folder.as_os_str().as_bytes()) else { return 0 };
    // SAFETY: all zero is a valid value of this plain struct, and the call writes one.
    unsafe {
        let mut answer: libc::statvfs = std::mem::zeroed();
        if libc::statvfs(path.as_ptr(), &mut answer) != 0 {
            return 0;
        }
        answer.f_bavail as u64 * answer.f_frsize as u64
    }
}
