//! The transforms, one a file. Each works on whole 8-bit RGB images.

mod center_crop;
mod key;
mod operation;
mod random_flip;
mod random_resized_crop;
mod resize;

pub use key::Key;
pub use operation::{Context, Operation, Size, Workspace};

use classifier_spec::{Fault, Transform};

/// Builds the operation of one transform; `None` for one that changes nothing on 8-bit images. Every operation takes
/// its random numbers from the stream of a number of its own, counted by `next`.
pub fn plan(transform: &Transform, key: &Key, next: &mut u32) -> Result<Option<Box<dyn Operation>>, Fault> {
    let id = *next;
    *next += 1;
    Ok(Some(match transform {
        Transform::Resize { size, interpolation, max_size, antialias } => {
            Box::new(resize::Resize::plan(size, *interpolation, *max_size, *antialias, key)?)
        }
        Transform::CenterCrop { size } => Box::new(center_crop::CenterCrop::plan(*size, key)?),
        Transform::RandomResizedCrop { size, scale, ratio, interpolation, antialias } => {
            Box::new(random_resized_crop::RandomResizedCrop::plan(
                id,
                *size,
                *scale,
                *ratio,
                *interpolation,
                *antialias,
                key,
            )?)
        }
        Transform::RandomHorizontalFlip { p } => {
            Box::new(random_flip::RandomHorizontalFlip::plan(id, *p, key)?)
        }
        Transform::RandomVerticalFlip { p } => Box::new(random_flip::RandomVerticalFlip::plan(id, *p, key)?),
        Transform::Identity {}
        | Transform::Rgb {}
        | Transform::ToImage {}
        | Transform::PilToTensor {}
        | Transform::ToPureTensor {} => return Ok(None),
        other => {
            return Err(key.fault(format!("the transform {} is not known to the engine", Key::kind(other))));
        }
    }))
}
