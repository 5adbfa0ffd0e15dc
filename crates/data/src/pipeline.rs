//! A list of transforms, planned once.

use classifier_spec::{Fault, FaultKind, Transform};

use crate::{
    Draw, RgbImage,
    decode::Region,
    kernel::mirror::mirror_into,
    transform::{Context, Cropped, Operation, Planner, Size, Workspace},
};

/// Turns decoded images into the 8-bit pixels of one fixed size that the model sees before normalisation.
pub struct Pipeline {
    operations: Vec<Box<dyn Operation>>,
    output: Size,
    mean: [f64; 3],
    std: [f64; 3],
}

impl Pipeline {
    /// Checks the transforms and their parameters. `input` is the size (height, width) of all images where it is known.
    pub fn plan(transforms: &[Transform], input: Option<(usize, usize)>) -> Result<Self, Fault> {
        let mut planner = Planner::default();
        let planned = planner.list(transforms, "transforms")?;
        let mut size = input;
        let mut last = None;
        for (key, operation) in &planned {
            let before = size;
            size = operation.output(size);
            if size.is_none() && (before.is_some() || last.is_none()) {
                last = Some(key);
            }
        }
        let Some(output) = size else {
            let place = last.map_or_else(|| "transforms".to_owned(), ToString::to_string);
            let message =
                format!("{place}: the images that come out differ in size, so they cannot form batches");
            return Err(Fault::new(FaultKind::Config, message).hint(
                "End the geometry with a transform of fixed size: random_resized_crop, random_crop, center_crop or resize to [height, width].",
            ));
        };
        let (mean, std) = planner.normalization();
        let operations = planned.into_iter().map(|(_, operation)| operation).collect();
        Ok(Self { operations, output, mean, std })
    }

    /// Height and width of what comes out.
    pub fn output_hw(&self) -> (usize, usize) {
        self.output
    }

    /// Mean and standard deviation of the `Normalize` at the end, on the 0–1 scale; (0, 1) if there is none.
    pub fn normalization(&self) -> ([f64; 3], [f64; 3]) {
        (self.mean, self.std)
    }

    /// Transforms one image into `out_hwc` (height · width · 3 bytes).
    pub fn apply(&self, image: RgbImage, draw: Draw, out_hwc: &mut [u8]) -> Result<(), Fault> {
        self.apply_with(image, draw, out_hwc, &mut Workspace::default())
    }

    /// [`Self::apply`] with memory that is reused from call to call.
    pub fn apply_with(
        &self,
        image: RgbImage,
        draw: Draw,
        out_hwc: &mut [u8],
        workspace: &mut Workspace,
    ) -> Result<(), Fault> {
        self.run(image, 0, draw, out_hwc, workspace)
    }

    /// The part of an image of that size which is needed at all, where the pipeline can do with borrowed pixels.
    pub(crate) fn crop(&self, input: Size, draw: &Draw) -> Option<Region> {
        self.operations.first()?.crop(input, draw)
    }

    /// [`Self::apply_with`], given the [`Self::crop`] of an image.
    pub(crate) fn apply_crop(
        &self,
        crop: Cropped,
        draw: Draw,
        out_hwc: &mut [u8],
        workspace: &mut Workspace,
    ) -> Result<(), Fault> {
        let context = &mut Context { draw, workspace };
        let (first, rest) = (&self.operations[0], &self.operations[1..]);
        let mirrored = match rest {
            [] => Some(false),
            [only] => only.mirrors(&draw),
            _ => None,
        };
        let (height, width) = self.output;
        if let Some(mirrored) = mirrored
            && out_hwc.len() == height * width * 3
            && first.apply_crop_into(&crop, mirrored, out_hwc, context)
        {
            return Ok(());
        }
        let image = first.apply_crop(crop, context)?;
        self.run(image, 1, draw, out_hwc, workspace)
    }

    fn run(
        &self,
        mut image: RgbImage,
        first: usize,
        draw: Draw,
        out_hwc: &mut [u8],
        workspace: &mut Workspace,
    ) -> Result<(), Fault> {
        let mut operations = &self.operations[first..];
        // A mirror at the end is done while the pixels are copied anyway.
        let mut mirrored = false;
        if let Some((last, before)) = operations.split_last()
            && let Some(mirrors) = last.mirrors(&draw)
        {
            (operations, mirrored) = (before, mirrors);
        }
        for operation in operations {
            image = operation.apply(image, &mut Context { draw, workspace })?;
        }
        if (image.height, image.width) != self.output || image.pixels_hwc.len() != out_hwc.len() {
            let message =
                format!("a pipeline of {:?} gave {}x{} pixels", self.output, image.height, image.width);
            return Err(Fault::new(FaultKind::Bug, message));
        }
        if mirrored {
            mirror_into(image.view(), out_hwc);
        } else {
            out_hwc.copy_from_slice(&image.pixels_hwc);
        }
        workspace.give(image.pixels_hwc);
        Ok(())
    }
}
