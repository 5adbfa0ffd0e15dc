//! Evaluating a split.

use std::time::Instant;

use classifier_spec::{EvaluateArrays, EvaluateReport, EvaluateRequest, Fault, FaultKind, Phase, Split};

use tch::Kind;

use super::Session;
use super::memory::Pass;
use crate::error::Result;
use crate::loader_source::LoaderSource;
use crate::metric::Evaluation;

impl Session {
    /// Evaluates a split in its own order. Stopped early, the report covers the batches seen (at least one).
    pub fn evaluate(
        &mut self,
        request: &EvaluateRequest,
    ) -> std::result::Result<(EvaluateReport, EvaluateArrays), Fault> {
        Ok(self.evaluate_split(request)?)
    }

    fn evaluate_split(&mut self, request: &EvaluateRequest) -> Result<(EvaluateReport, EvaluateArrays)> {
        let control = self.control.clone();
        let _phase = control.enter(Phase::Evaluate);
        let _no_grad = tch::no_grad_guard();
        let started = Instant::now();
        let inference = self.network.inference(self.tensors_for(request.weights)?, Kind::Float)?;
        let weights = self.resolve(request.weights);
        let epoch = self.progress.position.epoch;
        if request.split == Split::Train {
            self.open_train_as_eval()?;
        }
        let batches = {
            let source = self.sources.get_mut(request.split).ok_or_else(|| missing(request.split))?;
            source.start(0, 0)?;
            let batches = source.batches_per_epoch();
            request.limit_batches.map_or(batches, |limit| batches.min(limit))
        };
        let mut evaluation = Evaluation::new(self.plan.model.num_classes as usize);
        let mut stopped = false;
        control.show(epoch, 0, batches, 0);
        for seen in 0..batches {
            if control.take_stop() {
                stopped = true;
                if evaluation.images() > 0 {
                    break;
                }
            }
            let source = self.sources.get_mut(request.split).ok_or_else(|| missing(request.split))?;
            let Some(batch) = source.next()? else { break };
            let images_nchw = self.input(&batch, &self.normalize_eval)?;
            let passed = self
                .memory_point("evaluate.memory", &images_nchw)
                .and_then(|()| self.network.infer(&inference, &images_nchw));
            let logits_nk = passed.map_err(|error| {
                let (work, key) = ("evaluate", "data.batch_size");
                let pass = Pass { work, key, inference: &inference, compute: images_nchw.kind() };
                self.with_pass_advice(error, &pass, batch.labels_n.len(), [batch.height, batch.width])
            })?;
            evaluation.update(&logits_nk, &batch.labels_n, &batch.indices_n)?;
            if let Some(source) = self.sources.get_mut(request.split) {
                source.recycle(batch);
            }
            control.show(epoch, seen + 1, batches, evaluation.images());
        }
        let images = evaluation.images();
        if images == 0 {
            return Err(missing(request.split).into());
        }
        let scores = evaluation.compute(&self.loss, self.machine.device)?;
        if !scores.loss.is_finite() {
            return Err(self.not_finite(request.split, scores.loss).into());
        }
        let seconds = started.elapsed().as_secs_f64();
        self.ledger.validation_s += seconds;
        let report = EvaluateReport {
            split: request.split,
            weights,
            images,
            loss: scores.loss,
            nll: scores.nll,
            acc_top1: scores.acc_top1,
            acc_top5: scores.acc_top5,
            per_class: scores.per_class,
            f1_macro: scores.f1_macro,
            f1_micro: scores.f1_micro,
            precision_macro: scores.precision_macro,
            recall_macro: scores.recall_macro,
            auroc_macro: scores.auroc_macro,
            ece: scores.ece,
            stopped,
            seconds,
        };
        Ok((report, scores.arrays))
    }
}

impl Session {
    fn not_finite(&self, split: Split, loss: f64) -> Fault {
        let position = self.progress.position;
        let name = name_of(split);
        Fault::new(
            FaultKind::Diverged,
            format!(
                "The {name} loss became {loss} at epoch {}, optimizer step {}",
                position.epoch, position.step
            ),
        )
        .hint("Lower the learning rate, lengthen the warmup, or set trainer.gradient_clip_val.")
        .details(serde_json::json!({
            "what": format!("{name} loss"), "value": loss.to_string(), "epoch": position.epoch,
            "batch": position.batch, "step": position.step, "learning_rate": self.progress.learning_rate,
        }))
    }

    fn open_train_as_eval(&mut self) -> Result<()> {
        if let (None, Some(dataset)) = (&self.sources.train_as_eval, &self.dataset) {
            let source = LoaderSource::new(dataset, Split::Train, &self.plan.eval_loader, self.plan.seed)?;
            self.sources.train_as_eval = source.map(|source| Box::new(source) as _);
        }
        Ok(())
    }
}

fn name_of(split: Split) -> &'static str {
    match split {
        Split::Train => "train",
        Split::Val => "validation",
        Split::Test => "test",
    }
}

fn missing(split: Split) -> Fault {
    let name = name_of(split);
    Fault::new(FaultKind::Data, format!("The data set has no {name} split to evaluate, or it gives no batch"))
        .hint("Check data.data_root, or choose another one with data.split.")
}
