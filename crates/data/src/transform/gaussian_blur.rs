//! `GaussianBlur`.

use classifier_spec::Fault;

use super::{Operation, Place, with_chance};
use crate::kernel::blur;

/// Blurs with a σ that is uniform in its range.
pub fn plan(place: &Place, kernel_size: [u32; 2], sigma: [f64; 2]) -> Result<Box<dyn Operation>, Fault> {
    let key = place.key.clone();
    if kernel_size.iter().any(|size| size % 2 == 0 || *size > 999) {
        return Err(key.fault(format!("kernel_size must be odd and positive, not {kernel_size:?}")));
    }
    let [low, high] = key.positive_range("sigma", sigma)?;
    let size = kernel_size.map(|size| size as usize);
    with_chance(place, 1.0, move |image, stream, workspace| {
        let sigma = stream.uniform(low, high);
        if size[0] / 2 >= image.width || size[1] / 2 >= image.height {
            let message = format!(
                "an image of {}x{} pixels is too small for a kernel of {}x{}",
                image.width, image.height, size[0], size[1]
            );
            return Err(key.unsuitable(message).hint("Lower kernel_size, or blur after the resize."));
        }
        Ok(blur::gaussian_blur(image, size, [sigma, sigma], workspace))
    })
}
