//! The session: one engine thread that owns every tensor, and a queue of jobs for it.

use std::{
    sync::{
        Arc, Mutex, PoisonError,
        mpsc::{Sender, channel},
    },
    thread::{self, JoinHandle},
};

use classifier_engine::{Control, SaveDone, Session, Sources, Synthetic};
use classifier_images::{
    NativeDataset,
    boundary::{guarded, parse, render, spawn, to_error},
};
use classifier_spec::{EvaluateReport, Fault, FaultKind, OpenReport, Plan, SaveRequest};
use napi::{
    Env,
    bindgen_prelude::{Float32Array, Int32Array, Object, ToNapiValue, Uint8Array, Uint32Array},
};
use napi_derive::napi;

/// Work for the engine thread; `None` where the session is poisoned or closed.
type Job = Box<dyn FnOnce(&mut Option<Session>) + Send>;

#[napi]
pub struct NativeSession {
    /// `None` once closed.
    queue: Mutex<Option<(Sender<Job>, JoinHandle<()>)>>,
    control: Arc<Control>,
    report: String,
}

/// One forward pass over a split.
#[napi(object)]
pub struct NativeEvaluation {
    /// `EvaluateReport` as JSON.
    pub report: String,
    pub logits: Float32Array,
    pub labels: Int32Array,
    pub indices: Uint32Array,
    pub confusion: Uint32Array,
}

/// Where the evidence in images lies.
#[napi(object)]
pub struct NativeHeatMaps {
    /// `HeatMapReport` as JSON.
    pub report: String,
    /// [n, height, width, 3].
    pub images: Uint8Array,
    /// [n, map height, map width].
    pub maps: Float32Array,
}

/// What an export wrote, with the batch to check it by.
#[napi(object)]
pub struct NativeExport {
    /// `ExportReport` as JSON.
    pub report: String,
    pub inputs: Float32Array,
    pub logits: Float32Array,
}

/// Opens a session (`Plan` as JSON) on a new engine thread.
#[napi(ts_return_type = "Promise<NativeSession>")]
pub fn open_session<'env>(
    env: &'env Env,
    plan: String,
    dataset: Option<&NativeDataset>,
) -> napi::Result<Object<'env>> {
    let dataset = dataset.map(NativeDataset::share);
    spawn(
        env,
        "open",
        move || {
            let plan: Plan = parse("plan", &plan)?;
            let control = Arc::new(Control::default());
            let shared = Arc::clone(&control);
            Ok((start(move || Session::open(&plan, dataset, shared))?, control))
        },
        into_session,
    )
}

/// A session that trains on one batch of noise that stays on the device: for measuring the step alone.
#[napi(ts_return_type = "Promise<NativeSession>")]
pub fn open_bench_session<'env>(env: &'env Env, plan: String, side: u32) -> napi::Result<Object<'env>> {
    spawn(
        env,
        "open",
        move || {
            let plan: Plan = parse("plan", &plan)?;
            let control = Arc::new(Control::default());
            let shared = Arc::clone(&control);
            let opened = start(move || {
                let (classes, batch) = (plan.model.num_classes, plan.train_loader.batch_size);
                let mut batches = Synthetic::new(plan.seed, classes, batch, u32::MAX, side);
                batches.resident = true;
                let sources = Sources { train: Some(Box::new(batches)), ..Sources::default() };
                Session::open_with(&plan, sources, shared)
            })?;
            Ok((opened, control))
        },
        into_session,
    )
}

type Opened = (Sender<Job>, JoinHandle<()>, String);

fn into_session(((queue, thread, report), control): (Opened, Arc<Control>)) -> NativeSession {
    NativeSession { queue: Mutex::new(Some((queue, thread))), control, report }
}

fn start(
    open: impl FnOnce() -> Result<(Session, OpenReport), Fault> + Send + 'static,
) -> Result<Opened, Fault> {
    let (queue, jobs) = channel::<Job>();
    let (opened, opening) = channel();
    let thread = thread::Builder::new()
        .name("engine".to_owned())
        .spawn(move || {
            let result = guarded(|| {
                let (session, report) = open()?;
                Ok((session, render(&report)?))
            });
            let mut session = match result {
                Ok((session, report)) => {
                    let _ = opened.send(Ok(report));
                    Some(session)
                }
                Err(fault) => {
                    let _ = opened.send(Err(fault));
                    return;
                }
            };
            for job in jobs {
                job(&mut session);
            }
        })
        .map_err(|error| Fault::new(FaultKind::Device, format!("cannot start the engine thread: {error}")))?;
    let report = opening.recv().unwrap_or_else(|_| {
        Err(Fault::new(FaultKind::Bug, "the engine thread ended while it opened the session"))
    })?;
    Ok((queue, thread, report))
}

#[napi]
impl NativeSession {
    /// `OpenReport` as JSON.
    #[napi]
    pub fn open_report(&self) -> String {
        self.report.clone()
    }

    /// `TrainReport` as JSON.
    #[napi(ts_return_type = "Promise<string>")]
    pub fn train<'env>(&self, env: &'env Env, max_batches: u32) -> napi::Result<Object<'env>> {
        self.submit(env, move |session| render(&session.train(max_batches)?), |report| report)
    }

    /// Takes an `EvaluateRequest` as JSON.
    #[napi(ts_return_type = "Promise<NativeEvaluation>")]
    pub fn evaluate<'env>(&self, env: &'env Env, request: String) -> napi::Result<Object<'env>> {
        self.submit(
            env,
            move |session| {
                let (report, arrays) = session.evaluate(&parse("evaluate request", &request)?)?;
                Ok((render::<EvaluateReport>(&report)?, arrays))
            },
            |(report, arrays)| NativeEvaluation {
                report,
                logits: Float32Array::new(arrays.logits_nc),
                labels: Int32Array::new(arrays.labels_n),
                indices: Uint32Array::new(arrays.indices_n),
                confusion: Uint32Array::new(arrays.confusion_cc),
            },
        )
    }

    /// Logits [n, classes] of u8 images [n, height, width, 3]; `weights` as JSON.
    #[napi(ts_return_type = "Promise<Float32Array>")]
    pub fn predict<'env>(
        &self,
        env: &'env Env,
        images: Uint8Array,
        n: u32,
        height: u32,
        width: u32,
        weights: String,
    ) -> napi::Result<Object<'env>> {
        let images_nhwc = images.to_vec();
        self.submit(
            env,
            move |session| {
                let weights = parse("weights", &weights)?;
                session.predict(&images_nhwc, n as usize, height as usize, width as usize, weights)
            },
            Float32Array::new,
        )
    }

    /// Takes a `HeatMapRequest` as JSON.
    #[napi(ts_return_type = "Promise<NativeHeatMaps>")]
    pub fn heat_maps<'env>(&self, env: &'env Env, request: String) -> napi::Result<Object<'env>> {
        self.submit(
            env,
            move |session| {
                let (report, arrays) = session.heat_maps(&parse("heat map request", &request)?)?;
                Ok((render(&report)?, arrays))
            },
            |(report, arrays)| NativeHeatMaps {
                report,
                images: Uint8Array::new(arrays.images_nhwc),
                maps: Float32Array::new(arrays.maps_nhw),
            },
        )
    }

    /// Takes a `SaveRequest`, answers a `SaveReport`, both as JSON. What the checkpoint holds is copied in the queue's
    /// order; the promise settles when it is on the disk, and verbs behind it do not wait for that.
    #[napi(ts_return_type = "Promise<string>")]
    pub fn save<'env>(&self, env: &'env Env, request: String) -> napi::Result<Object<'env>> {
        let (deferred, promise) = env.create_deferred()?;
        self.enqueue(Box::new(move |slot| {
            let snapshot = attempt(slot, |session| {
                let request: SaveRequest = parse("save request", &request)?;
                session.snapshot(&request)
            });
            let done: SaveDone = Box::new(move |result| match result.and_then(|report| render(&report)) {
                Ok(report) => deferred.resolve(move |_| Ok(report)),
                Err(fault) => deferred.reject(to_error(&fault)),
            });
            match (snapshot, slot) {
                (Ok(snapshot), Some(session)) => session.write_beside(snapshot, done),
                (Ok(_), None) => done(Err(failed_before())),
                (Err(fault), _) => done(Err(fault)),
            }
        }))?;
        Ok(promise)
    }

    /// `LoadReport` as JSON.
    #[napi(ts_return_type = "Promise<string>")]
    pub fn load<'env>(&self, env: &'env Env, directory: String) -> napi::Result<Object<'env>> {
        self.submit(env, move |session| render(&session.load(&directory)?), |report| report)
    }

    /// Takes an `ExportRequest` as JSON.
    #[napi(ts_return_type = "Promise<NativeExport>")]
    pub fn export<'env>(&self, env: &'env Env, request: String) -> napi::Result<Object<'env>> {
        self.submit(
            env,
            move |session| {
                let (report, arrays) = session.export(&parse("export request", &request)?)?;
                Ok((render(&report)?, arrays))
            },
            |(report, arrays)| NativeExport {
                report,
                inputs: Float32Array::new(arrays.inputs_nchw),
                logits: Float32Array::new(arrays.logits_nc),
            },
        )
    }

    /// `InspectReport` as JSON.
    #[napi(ts_return_type = "Promise<string>")]
    pub fn inspect<'env>(&self, env: &'env Env) -> napi::Result<Object<'env>> {
        self.submit(env, move |session| render(&session.inspect()?), |report| report)
    }

    /// Ends the running verb at the next batch.
    #[napi]
    pub fn stop(&self) {
        self.control.stop();
    }

    /// `Progress` as JSON.
    #[napi]
    pub fn progress(&self) -> napi::Result<String> {
        render(&self.control.progress()).map_err(|fault| to_error(&fault))
    }

    /// Ends the engine thread after the running verb and frees what it owns.
    #[napi(ts_return_type = "Promise<void>")]
    pub fn close<'env>(&self, env: &'env Env) -> napi::Result<Object<'env>> {
        self.control.stop();
        let open = self.queue.lock().unwrap_or_else(PoisonError::into_inner).take();
        spawn(
            env,
            "close",
            move || {
                if let Some((queue, thread)) = open {
                    drop(queue);
                    thread
                        .join()
                        .map_err(|_| Fault::new(FaultKind::Bug, "the engine thread panicked at its end"))?;
                }
                Ok(())
            },
            |()| (),
        )
    }

    fn submit<'env, T, V>(
        &self,
        env: &'env Env,
        verb: impl FnOnce(&mut Session) -> Result<T, Fault> + Send + 'static,
        convert: impl FnOnce(T) -> V + Send + 'static,
    ) -> napi::Result<Object<'env>>
    where
        T: Send + 'static,
        V: ToNapiValue + 'static,
    {
        let (deferred, promise) = env.create_deferred()?;
        self.enqueue(Box::new(move |slot| match attempt(slot, verb) {
            Ok(value) => deferred.resolve(move |_| Ok(convert(value))),
            Err(fault) => deferred.reject(to_error(&fault)),
        }))?;
        Ok(promise)
    }

    fn enqueue(&self, job: Job) -> napi::Result<()> {
        let closed = || to_error(&Fault::new(FaultKind::Bug, "the session is closed"));
        let guard = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
        let (queue, _) = guard.as_ref().ok_or_else(closed)?;
        queue.send(job).map_err(|_| closed())
    }
}

/// A verb on the session. After a panic nothing is known of the tensors: the session is given up.
fn attempt<T>(
    slot: &mut Option<Session>,
    verb: impl FnOnce(&mut Session) -> Result<T, Fault>,
) -> Result<T, Fault> {
    let result = guarded(|| match slot.as_mut() {
        Some(session) => verb(session),
        None => Err(failed_before()),
    });
    if let Err(Fault { kind: FaultKind::Bug, .. }) = &result {
        *slot = None;
    }
    result
}

fn failed_before() -> Fault {
    Fault::new(FaultKind::Bug, "the session failed before and answers no more")
}
