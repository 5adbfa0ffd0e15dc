//! The core's log lines, kept until TypeScript's logger asks for them.

use std::{
    collections::VecDeque,
    sync::{Mutex, Once, PoisonError},
    time::{SystemTime, UNIX_EPOCH},
};

use classifier_spec::LogLine;
use napi_derive::napi;
use serde_json::{Map, Value};
use tracing::{
    Event, Subscriber,
    field::{Field, Visit},
};
use tracing_subscriber::{
    Layer, Registry,
    layer::{Context, SubscriberExt},
};

/// Beyond this many unread lines the oldest go; how many is said in the next line that is read.
const CAPACITY: usize = 4096;

static LINES: Mutex<(VecDeque<LogLine>, u64)> = Mutex::new((VecDeque::new(), 0));

/// Installs the subscriber and the panic hook, once for the process.
pub fn install() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        // Another subscriber can only be there if the addon is embedded in a Rust program; then it keeps its own.
        let _ = tracing::subscriber::set_global_default(Registry::default().with(Journal));
        std::panic::set_hook(Box::new(|info| {
            let backtrace = std::backtrace::Backtrace::force_capture();
            tracing::error!(target: "panic", backtrace = %backtrace, "{info}");
        }));
    });
}

/// The lines since the last call, as a JSON array of `LogLine`.
#[napi]
pub fn drain_logs() -> String {
    let mut guard = LINES.lock().unwrap_or_else(PoisonError::into_inner);
    let dropped = std::mem::take(&mut guard.1);
    let mut lines: Vec<LogLine> = guard.0.drain(..).collect();
    if dropped > 0 {
        lines.push(line(
            "warn",
            "journal",
            format!("{dropped} log lines were dropped: nobody read them"),
            Map::new(),
        ));
    }
    serde_json::to_string(&lines).unwrap_or_else(|_| "[]".to_owned())
}

fn line(level: &str, target: &str, message: String, context: Map<String, Value>) -> LogLine {
    let time_ms = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0.0, |time| time.as_secs_f64() * 1e3);
    LogLine {
        level: level.to_owned(),
        time_ms,
        target: target.to_owned(),
        message,
        context: Value::Object(context),
    }
}

struct Journal;

impl<S: Subscriber> Layer<S> for Journal {
    fn on_event(&self, event: &Event<'_>, _context: Context<'_, S>) {
        let metadata = event.metadata();
        let target = metadata.target();
        let ours = target.starts_with("classifier_") || target == "panic";
        if !ours && *metadata.level() > tracing::Level::WARN {
            return;
        }
        let mut fields = Fields::default();
        event.record(&mut fields);
        let level = metadata.level().as_str().to_ascii_lowercase();
        let mut guard = LINES.lock().unwrap_or_else(PoisonError::into_inner);
        if guard.0.len() == CAPACITY {
            guard.0.pop_front();
            guard.1 += 1;
        }
        guard.0.push_back(line(&level, target, fields.message, fields.context));
    }
}

#[derive(Default)]
struct Fields {
    message: String,
    context: Map<String, Value>,
}

impl Fields {
    fn put(&mut self, field: &Field, value: Value) {
        match (field.name(), value) {
            ("message", Value::String(text)) => self.message = text,
            (name, value) => {
                self.context.insert(name.to_owned(), value);
            }
        }
    }
}

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        self.put(field, Value::String(format!("{value:?}")));
    }
    fn record_str(&mut self, field: &Field, value: &str) {
        self.put(field, Value::String(value.to_owned()));
    }
    fn record_f64(&mut self, field: &Field, value: f64) {
        self.put(field, Value::from(value));
    }
    fn record_i64(&mut self, field: &Field, value: i64) {
        self.put(field, Value::from(value));
    }
    fn record_u64(&mut self, field: &Field, value: u64) {
        self.put(field, Value::from(value));
    }
    fn record_bool(&mut self, field: &Field, value: bool) {
        self.put(field, Value::from(value));
    }
}
