//! A kernel that is applied with some probability and leaves the size as it is.

use classifier_spec::Fault;

use super::{Context, Operation, Place, Size};
use crate::{RgbImage, Stream, Workspace};

type Kernel = dyn Fn(RgbImage, &mut Stream, &mut Workspace) -> Result<RgbImage, Fault> + Send + Sync;

struct WithChance {
    id: u32,
    p: f64,
    kernel: Box<Kernel>,
}

/// `kernel`, given further random numbers, with probability `p`.
pub fn with_chance(
    place: &Place,
    p: f64,
    kernel: impl Fn(RgbImage, &mut Stream, &mut Workspace) -> Result<RgbImage, Fault> + Send + Sync + 'static,
) -> Result<Box<dyn Operation>, Fault> {
    Ok(Box::new(WithChance { id: place.id, p: place.key.probability(p)?, kernel: Box::new(kernel) }))
}

/// [`with_chance`] for a kernel that works in place and draws nothing.
pub fn in_place(
    place: &Place,
    p: f64,
    kernel: impl Fn(&mut RgbImage) + Send + Sync + 'static,
) -> Result<Box<dyn Operation>, Fault> {
    with_chance(place, p, move |mut image, _, _| {
        kernel(&mut image);
        Ok(image)
    })
}

impl Operation for WithChance {
    fn apply(&self, image: RgbImage, context: &mut Context) -> Result<RgbImage, Fault> {
        let mut stream = context.draw.stream(self.id);
        if stream.chance(self.p) { (self.kernel)(image, &mut stream, context.workspace) } else { Ok(image) }
    }

    fn output(&self, input: Option<Size>) -> Option<Size> {
        input
    }
}
