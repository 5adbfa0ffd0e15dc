//! `Compose`, `RandomApply`, `RandomChoice` and `RandomOrder`.

use classifier_spec::Fault;

use super::{
    Context, Operation, Place, Size,
    operation::{apply_all, output_of_all},
};
use crate::RgbImage;

/// Operations one after the other.
pub struct Sequence(pub Vec<Box<dyn Operation>>);

impl Operation for Sequence {
    fn apply(&self, image: RgbImage, context: &mut Context) -> Result<RgbImage, Fault> {
        apply_all(&self.0, image, context)
    }

    fn output(&self, input: Option<Size>) -> Option<Size> {
        output_of_all(&self.0, input)
    }
}

struct RandomApply {
    id: u32,
    p: f64,
    inner: Vec<Box<dyn Operation>>,
}

/// All of the inner transforms, or none.
pub fn random_apply(
    place: &Place,
    inner: Vec<Box<dyn Operation>>,
    p: f64,
) -> Result<Box<dyn Operation>, Fault> {
    Ok(Box::new(RandomApply { id: place.id, p: place.key.probability(p)?, inner }))
}

impl Operation for RandomApply {
    fn apply(&self, image: RgbImage, context: &mut Context) -> Result<RgbImage, Fault> {
        if context.draw.stream(self.id).chance(self.p) {
            apply_all(&self.inner, image, context)
        } else {
            Ok(image)
        }
    }

    fn output(&self, input: Option<Size>) -> Option<Size> {
        let output = output_of_all(&self.inner, input);
        if self.p >= 1.0 { output } else { output.filter(|output| Some(*output) == input) }
    }
}

struct RandomChoice {
    id: u32,
    /// Running sums of the weights.
    ends: Vec<f64>,
    inner: Vec<Box<dyn Operation>>,
}

/// One of the inner transforms, by weight.
pub fn random_choice(
    place: &Place,
    inner: Vec<Box<dyn Operation>>,
    p: Option<&[f64]>,
) -> Result<Box<dyn Operation>, Fault> {
    let weights = p.map_or_else(|| vec![1.0; inner.len()], <[f64]>::to_vec);
    if weights.len() != inner.len() {
        let message = format!("p has {} numbers for {} transforms", weights.len(), inner.len());
        return Err(place.key.fault(message));
    }
    let mut sum = 0.0;
    let ends: Vec<f64> = weights
        .iter()
        .map(|weight| {
            sum += weight;
            sum
        })
        .collect();
    if weights.iter().any(|weight| !weight.is_finite() || *weight < 0.0) || sum <= 0.0 {
        return Err(place.key.fault("p must be numbers that are not negative and not all zero"));
    }
    Ok(Box::new(RandomChoice { id: place.id, ends, inner }))
}

impl Operation for RandomChoice {
    fn apply(&self, image: RgbImage, context: &mut Context) -> Result<RgbImage, Fault> {
        let total = self.ends[self.ends.len() - 1];
        let at = context.draw.stream(self.id).unit() * total;
        let choice = self.ends.partition_point(|end| *end <= at).min(self.ends.len() - 1);
        self.inner[choice].apply(image, context)
    }

    fn output(&self, input: Option<Size>) -> Option<Size> {
        let mut outputs = self.inner.iter().map(|inner| inner.output(input));
        let first = outputs.next()??;
        outputs.all(|output| output == Some(first)).then_some(first)
    }
}

struct RandomOrder {
    id: u32,
    inner: Vec<Box<dyn Operation>>,
}

/// All of the inner transforms in a random order.
pub fn random_order(place: &Place, inner: Vec<Box<dyn Operation>>) -> Box<dyn Operation> {
    Box::new(RandomOrder { id: place.id, inner })
}

impl Operation for RandomOrder {
    fn apply(&self, image: RgbImage, context: &mut Context) -> Result<RgbImage, Fault> {
        let order = context.draw.stream(self.id).permutation(self.inner.len());
        order.into_iter().try_fold(image, |image, index| self.inner[index as usize].apply(image, context))
    }

    fn output(&self, input: Option<Size>) -> Option<Size> {
        // The last one decides, and any can be last.
        let same = self.inner.iter().all(|inner| inner.output(input) == input);
        if same {
            return input;
        }
        let mut outputs = self.inner.iter().map(|inner| inner.output(None));
        let first = outputs.next()??;
        outputs.all(|output| output == Some(first)).then_some(first)
    }
}
