//! The sums of a training span: one scalar a micro-batch stays on the device until the span is read.

use tch::{Device, Kind, Tensor};

use crate::error::Result;

#[derive(Default)]
pub(crate) struct Span {
    losses: Vec<Tensor>,
    rights: Vec<Tensor>,
    images: Vec<u32>,
}

/// One micro-batch of a span.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct SpanRow {
    pub images: u32,
    /// Mean over the micro-batch.
    pub loss: f64,
    pub correct_top1: u32,
}

impl Span {
    /// `loss` is the mean over the micro-batch, `labels_n` what a prediction must be to be right.
    pub(crate) fn update(
        &mut self,
        loss: &Tensor,
        logits_nk: &Tensor,
        labels_n: &Tensor,
        images: u32,
    ) -> Result<()> {
        self.losses.push(loss.f_detach()?);
        self.rights
            .push(logits_nk.f_detach()?.f_argmax(-1, false)?.f_eq_tensor(labels_n)?.f_sum(Kind::Int64)?);
        self.images.push(images);
        Ok(())
    }

    /// Reads all micro-batches in two transfers.
    pub(crate) fn compute(&self) -> Result<Vec<SpanRow>> {
        if self.images.is_empty() {
            return Ok(Vec::new());
        }
        let mut losses = vec![0f32; self.images.len()];
        Tensor::f_stack(&self.losses, 0)?.f_to(Device::Cpu)?.f_copy_data(&mut losses, self.images.len())?;
        let mut rights = vec![0i64; self.images.len()];
        Tensor::f_stack(&self.rights, 0)?.f_to(Device::Cpu)?.f_copy_data(&mut rights, self.images.len())?;
        let rows = self.images.iter().zip(losses).zip(rights).map(|((&images, loss), right)| SpanRow {
            images,
            loss: f64::from(loss),
            correct_top1: right as u32,
        });
        Ok(rows.collect())
    }
}
