//! The transforms, one a file: each checks its parameters and draws its random numbers; what happens to the pixels is in
//! [`crate::kernel`].

mod aug_mix;
mod augmentation;
mod auto_augment;
mod broadcast_zoom_in;
mod broadcast_zoom_out;
mod center_crop;
mod color_jitter;
mod containers;
#[cfg(test)]
mod distributions;
mod elastic_transform;
mod gaussian_blur;
mod gaussian_noise;
mod grayscale;
mod jpeg;
mod key;
mod operation;
mod pad;
mod planner;
mod rand_augment;
mod random_adjust_sharpness;
mod random_affine;
mod random_autocontrast;
mod random_bilinear_downscale;
mod random_channel_permutation;
mod random_crop;
mod random_equalize;
mod random_erasing;
mod random_flip;
mod random_gaussian_noise;
mod random_grayscale;
mod random_invert;
mod random_jpeg_compression;
mod random_perspective;
mod random_photometric_distort;
mod random_pixelate;
mod random_posterize;
mod random_resized_crop;
mod random_rotation;
mod random_shortest_size;
mod random_solarize;
mod random_zoom_out;
mod resize;
mod resized_center_crop;
mod scale_jitter;
mod trivial_augment_wide;
mod with_chance;

pub use key::Key;
pub use operation::{Context, Cropped, Operation, Size, Workspace};

pub use planner::{Place, Planner, Units};
pub use with_chance::{in_place, with_chance};
