//! The operations that the policies choose from.

use classifier_spec::Interpolation;

use super::{Place, Size};
use crate::{
    RgbImage, Stream, Workspace,
    kernel::{
        color::{adjust_brightness, adjust_contrast, adjust_saturation},
        histogram::{autocontrast, equalize},
        perspective::linspace,
        pixelwise::{invert, posterize, solarize},
        rotation::{Affine, affine, rotate},
        sharpness::adjust_sharpness,
    },
};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Augmentation {
    Identity,
    ShearX,
    ShearY,
    TranslateX,
    TranslateY,
    Rotate,
    Brightness,
    Color,
    Contrast,
    Sharpness,
    Posterize,
    Solarize,
    AutoContrast,
    Equalize,
    Invert,
}

/// What the four policies measure differently.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Space {
    pub shear: f32,
    /// The largest shift: in pixels, or as a share of the side.
    pub translate: Shift,
    pub rotate: f32,
    /// Largest change of brightness, colour, contrast and sharpness.
    pub color: f32,
    /// Bits that posterize leaves at the weakest, and how many fewer at the strongest.
    pub posterize: (f32, f32),
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Shift {
    Pixels(f32),
    Share(f64),
}

impl Space {
    /// AutoAugment and RandAugment.
    pub const USUAL: Self = Self {
        shear: 0.3,
        translate: Shift::Share(150.0 / 331.0),
        rotate: 30.0,
        color: 0.9,
        posterize: (8.0, 4.0),
    };
    pub const WIDE: Self = Self {
        shear: 0.99,
        translate: Shift::Pixels(32.0),
        rotate: 135.0,
        color: 0.99,
        posterize: (8.0, 6.0),
    };
    pub const AUGMIX: Self = Self {
        shear: 0.3,
        translate: Shift::Share(1.0 / 3.0),
        rotate: 30.0,
        color: 0.9,
        posterize: (4.0, 4.0),
    };

    /// The strength of `operation` at step `bin` of `bins`; `None` for one without strength.
    pub fn magnitude(
        &self,
        operation: Augmentation,
        bins: usize,
        bin: usize,
        (height, width): Size,
    ) -> Option<f64> {
        use Augmentation::*;
        let to = |end: f32| Some(f64::from(linspace(0.0, end, bins)[bin]));
        let shift = |side: usize| match self.translate {
            Shift::Pixels(most) => to(most),
            Shift::Share(share) => to((share * side as f64) as f32),
        };
        match operation {
            ShearX | ShearY => to(self.shear),
            TranslateX => shift(width),
            TranslateY => shift(height),
            Rotate => to(self.rotate),
            Brightness | Color | Contrast | Sharpness => to(self.color),
            Posterize => {
                let (bits, fewer) = self.posterize;
                let step = ((bins - 1) as f64 / f64::from(fewer)) as f32;
                Some(f64::from((bits - bin as f32 / step).round_ties_even()))
            }
            Solarize => Some(f64::from(linspace(1.0, 0.0, bins)[bin])),
            Identity | AutoContrast | Equalize | Invert => None,
        }
    }
}

impl Augmentation {
    /// Whether the strength may be negative as well.
    pub fn is_signed(self) -> bool {
        use Augmentation::*;
        matches!(
            self,
            ShearX | ShearY | TranslateX | TranslateY | Rotate | Brightness | Color | Contrast | Sharpness
        )
    }

    /// The strength at a step, its sign drawn where there are two.
    pub fn draw_magnitude(
        self,
        space: &Space,
        bins: usize,
        bin: usize,
        size: Size,
        stream: &mut Stream,
    ) -> f64 {
        let magnitude = space.magnitude(self, bins, bin, size).unwrap_or(0.0);
        if self.is_signed() && stream.chance(0.5) { -magnitude } else { magnitude }
    }

    pub fn apply(
        self,
        mut image: RgbImage,
        magnitude: f64,
        interpolation: Interpolation,
        fill: Option<[f64; 3]>,
        workspace: &mut Workspace,
    ) -> RgbImage {
        use Augmentation::*;
        let still = Affine { angle: 0.0, translate: [0.0; 2], scale: 1.0, shear: [0.0; 2], center: None };
        let move_by =
            |image, parameters, workspace| affine(image, &parameters, interpolation, fill, workspace);
        let shear = magnitude.atan().to_degrees();
        match self {
            Identity => {}
            ShearX => {
                return move_by(
                    image,
                    Affine { shear: [shear, 0.0], center: Some([0.0; 2]), ..still },
                    workspace,
                );
            }
            ShearY => {
                return move_by(
                    image,
                    Affine { shear: [0.0, shear], center: Some([0.0; 2]), ..still },
                    workspace,
                );
            }
            TranslateX => {
                return move_by(image, Affine { translate: [magnitude.trunc(), 0.0], ..still }, workspace);
            }
            TranslateY => {
                return move_by(image, Affine { translate: [0.0, magnitude.trunc()], ..still }, workspace);
            }
            Rotate => return rotate(image, magnitude, interpolation, false, None, fill, workspace),
            Brightness => adjust_brightness(&mut image, 1.0 + magnitude),
            Color => adjust_saturation(&mut image, 1.0 + magnitude),
            Contrast => adjust_contrast(&mut image, 1.0 + magnitude),
            Sharpness => return adjust_sharpness(image, 1.0 + magnitude, workspace),
            Posterize => posterize(&mut image, magnitude as u32),
            Solarize => solarize(&mut image, 255.0 * magnitude),
            AutoContrast => autocontrast(&mut image),
            Equalize => equalize(&mut image),
            Invert => invert(&mut image),
        }
        image
    }
}

/// How a policy's geometry samples.
#[derive(Debug, Clone, Copy)]
pub struct Sampling {
    pub interpolation: Interpolation,
    pub fill: Option<[f64; 3]>,
}

impl Sampling {
    pub fn plan(
        place: &Place,
        interpolation: Interpolation,
        fill: Option<[f64; 3]>,
    ) -> Result<Self, classifier_spec::Fault> {
        let interpolation = place.key.grid_interpolation(interpolation)?;
        Ok(Self { interpolation, fill: fill.map(|color| place.units.level(color)) })
    }
}

/// RandAugment's and TrivialAugment's choice.
pub const FOURTEEN: [Augmentation; 14] = {
    use Augmentation::*;
    [
        Identity,
        ShearX,
        ShearY,
        TranslateX,
        TranslateY,
        Rotate,
        Brightness,
        Color,
        Contrast,
        Sharpness,
        Posterize,
        Solarize,
        AutoContrast,
        Equalize,
    ]
};

/// AugMix's choice; the last four only with `all_ops`.
pub const THIRTEEN: [Augmentation; 13] = {
    use Augmentation::*;
    [
        ShearX,
        ShearY,
        TranslateX,
        TranslateY,
        Rotate,
        Posterize,
        Solarize,
        AutoContrast,
        Equalize,
        Brightness,
        Color,
        Contrast,
        Sharpness,
    ]
};
