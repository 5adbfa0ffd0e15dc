//! `RandomChannelPermutation`.

use super::{Context, Operation, Place, Size};
use crate::{RgbImage, Stream, kernel::pixelwise::permute_channels};
use classifier_spec::Fault;

struct RandomChannelPermutation {
    id: u32,
}

/// The channels in a random order.
pub fn plan(place: &Place) -> Box<dyn Operation> {
    Box::new(RandomChannelPermutation { id: place.id })
}

/// Red, green and blue in a random order.
pub fn random_channels(stream: &mut Stream) -> [usize; 3] {
    let order = stream.permutation(3);
    [0, 1, 2].map(|place| order[place] as usize)
}

impl Operation for RandomChannelPermutation {
    fn apply(&self, mut image: RgbImage, context: &mut Context) -> Result<RgbImage, Fault> {
        permute_channels(&mut image, random_channels(&mut context.draw.stream(self.id)));
        Ok(image)
    }

    fn output(&self, input: Option<Size>) -> Option<Size> {
        input
    }
}
