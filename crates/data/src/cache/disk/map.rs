//! A file as memory.

use std::{fs::File, io, os::fd::AsRawFd, ptr::NonNull};

/// A shared, read-only mapping of the first bytes of a file.
pub struct Map {
    start: NonNull<u8>,
    length: usize,
}

// SAFETY: the memory is only read; whoever writes the file publishes a part before it is read through here.
unsafe impl Send for Map {}
unsafe impl Sync for Map {}

impl Map {
    pub fn of(file: &File, length: usize) -> io::Result<Self> {
        // SAFETY: a fresh mapping of an open file that is at least `length` bytes long.
        let start = unsafe {
            libc::mmap(std::ptr::null_mut(), length, libc::PROT_READ, libc::MAP_SHARED, file.as_raw_fd(), 0)
        };
        if start == libc::MAP_FAILED {
            return Err(io::Error::last_os_error());
        }
        let start = NonNull::new(start.cast()).ok_or_else(|| io::Error::other("a mapping at zero"))?;
        Ok(Self { start, length })
    }

    pub fn len(&self) -> usize {
        self.length
    }

    /// A part of the file; `None` beyond its end.
    pub fn bytes(&self, at: usize, length: usize) -> Option<&[u8]> {
        let end = at.checked_add(length)?;
        if end > self.length {
            return None;
        }
        // SAFETY: within the mapping, which lives as long as `self`.
        Some(unsafe { std::slice::from_raw_parts(self.start.as_ptr().add(at), length) })
    }
}

impl Drop for Map {
    fn drop(&mut self) {
        // SAFETY: the mapping was made with this length.
        unsafe { libc::munmap(self.start.as_ptr().cast(), self.length) };
    }
}
