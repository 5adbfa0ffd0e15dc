//! What all transforms have in common.

use classifier_spec::Fault;

use super::center_crop::CenterCrop;
use crate::{Draw, RgbImage, RgbView, decode::Region, kernel::resample::Resampler};

/// (height, width) in pixels.
pub type Size = (usize, usize);

/// One planned transform.
pub trait Operation: Send + Sync {
    /// Transforms an image. All randomness comes from `context.draw`. Fails where the image does not suit.
    fn apply(&self, image: RgbImage, context: &mut Context) -> Result<RgbImage, Fault>;

    /// The size of the result for an input of size `input` (`None`: unknown); `None` where it is not always the same.
    fn output(&self, input: Option<Size>) -> Option<Size>;

    /// The part of an image of that size which the result depends on, for operations that can do with borrowed pixels.
    fn crop(&self, _input: Size, _draw: &Draw) -> Option<Region> {
        None
    }

    /// [`Self::apply`], given an image's [`Self::crop`].
    fn apply_crop(&self, _crop: Cropped, _context: &mut Context) -> Result<RgbImage, Fault> {
        unreachable!("only operations that name a crop are given one")
    }

    /// [`Self::apply_crop`] straight to where the result belongs, mirrored or not. False, with nothing done, where the
    /// operation cannot do that.
    fn apply_crop_into(&self, _: &Cropped, _mirrored: bool, _out_hwc: &mut [u8], _: &mut Context) -> bool {
        false
    }

    /// One operation in the place of this one and a center crop after it, with the same result for less work.
    fn then_center_crop(&self, _crop: &CenterCrop) -> Option<Box<dyn Operation>> {
        None
    }

    /// Whether the result is the mirrored image (true) or the image itself (false), for operations that do no more.
    fn mirrors(&self, _draw: &Draw) -> Option<bool> {
        None
    }
}

/// The part of an image that an operation asked for.
#[derive(Clone, Copy)]
pub struct Cropped<'a> {
    /// What is at hand of the image: at least the crop.
    pub part: RgbView<'a>,
    /// Where the crop lies in `part`.
    pub at: Region,
    /// Where the crop lies in the image.
    pub region: Region,
    /// The image's.
    pub size: Size,
}

/// For whom an operation runs, and its memory.
pub struct Context<'a> {
    pub draw: Draw,
    pub workspace: &'a mut Workspace,
}

/// Applies operations one after the other.
pub fn apply_all(
    operations: &[Box<dyn Operation>],
    image: RgbImage,
    context: &mut Context,
) -> Result<RgbImage, Fault> {
    operations.iter().try_fold(image, |image, operation| operation.apply(image, context))
}

/// The size after several operations.
pub fn output_of_all(operations: &[Box<dyn Operation>], input: Option<Size>) -> Option<Size> {
    operations.iter().fold(input, |size, operation| operation.output(size))
}

/// Memory that a thread reuses from image to image.
#[derive(Default)]
pub struct Workspace {
    pub(crate) resizer: fast_image_resize::Resizer,
    pub(crate) resampler: Resampler,
    spare: Vec<Vec<u8>>,
}

impl Workspace {
    /// An image of any content.
    pub fn image(&mut self, width: usize, height: usize) -> RgbImage {
        let pixels = self.bytes(width * height * 3);
        RgbImage::new(width, height, pixels)
    }

    /// `length` bytes of any content.
    pub fn bytes(&mut self, length: usize) -> Vec<u8> {
        // The smallest that is large enough, else the largest.
        let fit = |bytes: &Vec<u8>| (bytes.capacity() < length, bytes.capacity().abs_diff(length));
        let place = (0..self.spare.len()).min_by_key(|place| fit(&self.spare[*place]));
        let mut bytes = place.map(|place| self.spare.swap_remove(place)).unwrap_or_default();
        if bytes.len() < length {
            bytes.resize(length, 0);
        } else {
            bytes.truncate(length);
        }
        bytes
    }

    /// Takes memory back.
    pub fn give(&mut self, bytes: Vec<u8>) {
        // A giant of one image shall not be held for all the small ones after it.
        if self.spare.len() < 4 && bytes.capacity() <= 64 << 20 {
            self.spare.push(bytes);
        }
    }

    /// A copy of an image.
    pub fn copy(&mut self, image: RgbView) -> RgbImage {
        self.crop(image, Region { x: 0, y: 0, width: image.width, height: image.height })
    }

    /// Copies a region out of an image.
    pub fn crop(&mut self, image: RgbView, region: Region) -> RgbImage {
        let mut out = self.image(region.width, region.height);
        for (y, row) in out.pixels_hwc.chunks_exact_mut(region.width * 3).enumerate() {
            row.copy_from_slice(&image.row(region.y + y)[region.x * 3..(region.x + region.width) * 3]);
        }
        out
    }
}
