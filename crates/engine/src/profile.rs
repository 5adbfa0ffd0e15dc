//! Time by operator: what a benchmark shows.

use classifier_spec::{Fault, OperatorTime};

use crate::torch;

/// Counts every operator of the process from now on, on all threads.
pub fn start_profile() -> Result<(), Fault> {
    Ok(torch::profile_start()?)
}

/// What ran since [`start_profile`], by time, the longest first.
pub fn stop_profile() -> Result<Vec<OperatorTime>, Fault> {
    let mut rows: Vec<OperatorTime> = torch::profile_stop()?.lines().filter_map(row).collect();
    rows.sort_by(|a, b| b.self_ms.total_cmp(&a.self_ms));
    Ok(rows)
}

fn row(line: &str) -> Option<OperatorTime> {
    let mut fields = line.split('\t');
    let (name, calls, nanoseconds) = (fields.next()?, fields.next()?, fields.next()?);
    Some(OperatorTime {
        name: name.into(),
        calls: calls.parse().ok()?,
        self_ms: nanoseconds.parse::<f64>().ok()? / 1e6,
    })
}
