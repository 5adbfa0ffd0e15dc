//! Training a span.

use std::time::Instant;

use classifier_spec::{Fault, Phase, TrainLast, TrainReport, TrainSums};

use super::step::{GradNorm, Trace};
use super::{NO_SUMS, Session};
use crate::error::{Error, Result};
use crate::metric::{Span, SpanRow};

impl Session {
    /// Trains from the cursor at most `max_batches` micro-batches, never across an epoch's end.
    pub fn train(&mut self, max_batches: u32) -> std::result::Result<TrainReport, Fault> {
        Ok(self.train_span(max_batches)?)
    }

    fn train_span(&mut self, max_batches: u32) -> Result<TrainReport> {
        let control = self.control.clone();
        let _phase = control.enter(Phase::Train);
        self.inference = None;
        let epoch = self.progress.position.epoch;
        let batches = self.start_loader()?;
        let check_each = self.machine.on_cpu() || self.plan.machine.detect_anomaly;
        let mut sums = Span::default();
        let mut traces: Vec<Trace> = Vec::new();
        let mut last_norm: Option<GradNorm> = None;
        let (mut steps, mut stopped, mut exhausted) = (0u64, false, false);
        let mut images = self.progress.epoch_sums.images;
        control.show(epoch, self.progress.position.batch, batches, images);

        while (traces.len() as u32) < max_batches && self.progress.position.batch < batches {
            if control.take_stop() {
                stopped = true;
                break;
            }
            let waiting = Instant::now();
            let source = self.sources.train.as_mut().ok_or_else(no_train_split)?;
            let next = match source.next() {
                Ok(next) => next,
                Err(error) => {
                    self.cut_short(epoch, &sums, &traces, steps);
                    return Err(error.into());
                }
            };
            let Some(batch) = next else {
                exhausted = true;
                break;
            };
            let started = Instant::now();
            self.ledger.wait_data_s += (started - waiting).as_secs_f64();
            let count = batch.labels_n.len() as u32;
            let position = self.progress.position;
            let trace =
                Trace { batch: position.batch, step: position.step, indices_n: batch.indices_n.clone() };
            let done = match self.micro_batch(&batch) {
                Ok(done) => done,
                Err(error) => return Err(self.with_memory_advice(error, count, [batch.height, batch.width])),
            };
            sums.update(&done.loss, &done.logits_nk, &done.labels_n, count)?;
            if check_each {
                let loss = done.loss.f_double_value(&[])?;
                if !loss.is_finite() {
                    return Err(self.diverged("loss", loss, epoch, &trace).into());
                }
            }
            for &label in &batch.labels_n {
                if let Some(drawn) = self.progress.drawn_per_class.get_mut(label as usize) {
                    *drawn += 1;
                }
            }
            self.progress.position.batch += 1;
            self.progress.loader_at = Some((epoch, self.progress.position.batch));
            if self.window.batches == self.plan.train.accumulate || self.progress.position.batch == batches {
                last_norm = self.optimizer_step()?;
                steps += 1;
                if let Some(GradNorm::Host(norm)) = last_norm
                    && !norm.is_finite()
                {
                    return Err(self.diverged("gradient norm", norm, epoch, &trace).into());
                }
            }
            traces.push(trace);
            if let Some(source) = self.sources.train.as_mut() {
                source.recycle(batch);
            }
            self.ledger.step_s += started.elapsed().as_secs_f64();
            images += u64::from(count);
            control.show(epoch, self.progress.position.batch, batches, images);
        }
        if exhausted && self.window.batches > 0 {
            last_norm = self.optimizer_step()?;
            steps += 1;
        }
        let reading = Instant::now();
        let report = self.read_span(epoch, &sums, &traces, steps, last_norm)?;
        self.ledger.step_s += reading.elapsed().as_secs_f64();
        let epoch_done = exhausted || self.progress.position.batch >= batches;
        Ok(self.finish_span(report, epoch_done, stopped))
    }

    /// Adds the steps before a batch that cannot be had to the epoch, so that a checkpoint of this moment is exact. What is
    /// wrong with them is not told: the failure is.
    fn cut_short(&mut self, epoch: u32, sums: &Span, traces: &[Trace], steps: u64) {
        if let Err(error) = self.read_span(epoch, sums, traces, steps, None) {
            tracing::debug!(?error, "a span that failed could not be read");
        }
    }

    /// Brings the loader to the cursor; returns the epoch's batches.
    fn start_loader(&mut self) -> Result<u32> {
        let position = self.progress.position;
        let source = self.sources.train.as_mut().ok_or_else(no_train_split)?;
        let batches = source.batches_per_epoch();
        if batches == 0 {
            return Err(Error::config(
                "the train split gives no batch: lower data.batch_size or set data.drop_last=false",
            ));
        }
        if self.progress.loader_at != Some((position.epoch, position.batch)) {
            source.start(position.epoch, position.batch)?;
            self.progress.loader_at = Some((position.epoch, position.batch));
        }
        Ok(batches)
    }

    /// Waits for the device, adds the span to the epoch and refuses a loss that is not finite.
    fn read_span(
        &mut self,
        epoch: u32,
        sums: &Span,
        traces: &[Trace],
        steps: u64,
        norm: Option<GradNorm>,
    ) -> Result<TrainReport> {
        let rows = sums.compute()?;
        if let Some((row, trace)) = rows.iter().zip(traces).find(|(row, _)| !row.loss.is_finite()) {
            return Err(self.diverged("loss", row.loss, epoch, trace).into());
        }
        let skipped_steps = match &mut self.scaler {
            Some(scaler) => scaler.take_skipped()?,
            None => 0,
        };
        let mut span = TrainSums { steps, skipped_steps, ..NO_SUMS };
        add_rows(&mut span, &rows);
        let epoch_sums = &mut self.progress.epoch_sums;
        // Batch by batch, so that the sum does not depend on where spans end.
        add_rows(epoch_sums, &rows);
        epoch_sums.steps += steps;
        epoch_sums.skipped_steps += skipped_steps;
        let last = rows.last();
        let grad_norm = norm.map(|norm| norm.value()).transpose()?;
        // A gradient scaler meets infinite norms and skips their steps.
        if let (Some(norm), None, Some(trace)) = (grad_norm, &self.scaler, traces.last())
            && !norm.is_finite()
        {
            return Err(self.diverged("gradient norm", norm, epoch, trace).into());
        }
        Ok(TrainReport {
            position: self.progress.position,
            epoch,
            epoch_done: false,
            stopped: false,
            span,
            epoch_so_far: *epoch_sums,
            last: TrainLast {
                loss: last.map_or(0.0, |row| row.loss),
                acc_top1: last.map_or(0.0, |row| f64::from(row.correct_top1) / f64::from(row.images.max(1))),
                learning_rate: self.progress.learning_rate,
                grad_norm,
                ema_decay: self.progress.ema_decay,
                loss_scale: self
                    .scaler
                    .as_ref()
                    .map(|scaler| scaler.state())
                    .transpose()?
                    .map(|state| state.scale),
            },
            drawn_per_class: self.progress.drawn_per_class.clone(),
            skipped_images: Vec::new(),
            ledger: self.ledger(),
        })
    }

    fn finish_span(&mut self, mut report: TrainReport, epoch_done: bool, stopped: bool) -> TrainReport {
        report.skipped_images = self.skipped_images();
        if epoch_done {
            self.progress.position.epoch += 1;
            self.progress.position.batch = 0;
            self.progress.epoch_sums = NO_SUMS;
            self.progress.drawn_per_class.fill(0);
            self.progress.skipped_before.clear();
            self.progress.loader_at = None;
        }
        self.decode_seconds();
        report.position = self.progress.position;
        report.epoch_done = epoch_done;
        report.stopped = stopped;
        report.ledger = self.ledger();
        report
    }

    /// Of the epoch so far, those before a resume included.
    pub(super) fn skipped_images(&self) -> Vec<classifier_spec::SkippedImage> {
        let mut skipped = self.progress.skipped_before.clone();
        if self.progress.loader_at.is_some() {
            skipped.extend(self.sources.train.as_ref().map(|source| source.skipped()).unwrap_or_default());
        }
        skipped
    }
}

fn add_rows(sums: &mut TrainSums, rows: &[SpanRow]) {
    for row in rows {
        sums.images += u64::from(row.images);
        sums.loss_sum += row.loss * f64::from(row.images);
        sums.correct_top1 += u64::from(row.correct_top1);
    }
}

fn no_train_split() -> Error {
    Error::config("there is no train split to train on: set data.data_root to a folder with train/")
}
