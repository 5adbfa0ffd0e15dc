//! What a loader hands out, and where its memory comes from.

use std::{any::Any, sync::Mutex};

/// Memory of a batch's pixels. An engine may give its own (pinned) kind through a [`BufferPool`].
pub trait BatchBuffer: Send {
    fn as_slice(&self) -> &[u8];
    fn as_mut_slice(&mut self) -> &mut [u8];
    fn as_any(&self) -> &dyn Any;
    fn into_any(self: Box<Self>) -> Box<dyn Any>;
}

impl BatchBuffer for Vec<u8> {
    fn as_slice(&self) -> &[u8] {
        self
    }
    fn as_mut_slice(&mut self) -> &mut [u8] {
        self
    }
    fn as_any(&self) -> &dyn Any {
        self
    }
    fn into_any(self: Box<Self>) -> Box<dyn Any> {
        self
    }
}

/// Gives buffers out and takes them back; called from the decode threads.
pub trait BufferPool: Send + Sync {
    /// A buffer of exactly `bytes` bytes, of any content.
    fn take(&self, bytes: usize) -> Box<dyn BatchBuffer>;
    fn give(&self, buffer: Box<dyn BatchBuffer>);
}

/// Ordinary memory, kept for the next batch of the same size.
#[derive(Default)]
pub struct VecPool {
    free: Mutex<Vec<Box<dyn BatchBuffer>>>,
}

impl BufferPool for VecPool {
    fn take(&self, bytes: usize) -> Box<dyn BatchBuffer> {
        let mut free = self.free.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        match free.iter().position(|buffer| buffer.as_slice().len() == bytes) {
            Some(place) => free.swap_remove(place),
            None => {
                // Only one size is in use at a time, but for an epoch's shorter last batch.
                free.truncate(4);
                drop(free);
                Box::new(vec![0u8; bytes])
            }
        }
    }

    fn give(&self, buffer: Box<dyn BatchBuffer>) {
        let mut free = self.free.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        if free.len() < 64 {
            free.push(buffer);
        }
    }
}

/// N images of one size with their labels.
pub struct Batch {
    /// Row-major [N, height, width, 3], 0–255, before normalisation.
    pub images_nhwc: Box<dyn BatchBuffer>,
    /// Class indices.
    pub labels_n: Vec<i64>,
    /// Each image's sample index in the split. A replaced sample (`on_error: skip`) shows its replacement's.
    pub indices_n: Vec<u32>,
    pub height: usize,
    pub width: usize,
}

impl Batch {
    pub fn len(&self) -> usize {
        self.labels_n.len()
    }

    pub fn is_empty(&self) -> bool {
        self.labels_n.is_empty()
    }
}
