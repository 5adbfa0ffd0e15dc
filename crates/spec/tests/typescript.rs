//! `ts/native/spec.d.ts` is what these Rust types say, no more and no less.

use std::{env, fs, path::Path};

use classifier_spec::*;
use ts_rs::{Config, TS};

macro_rules! declarations {
    ($config:expr, $($type:ty),+ $(,)?) => { [$(format!("export {}\n", <$type>::decl($config))),+] };
}

#[test]
fn declarations_are_current() {
    let config = &Config::default();
    let text = declarations!(
        config,
        FaultKind,
        Fault,
        DatasetSpec,
        DatasetFormat,
        OnError,
        Split,
        LoaderSpec,
        SamplerSpec,
        CacheSpec,
        CacheKind,
        DatasetSummary,
        SplitSummary,
        LabelCount,
        ModelSpec,
        Architecture,
        LossSpec,
        OptimizerSpec,
        OptimizerRule,
        SamSpec,
        ScheduleSpec,
        ScheduleInterval,
        ScheduleCurve,
        EmaSpec,
        ClipSpec,
        ClipAlgorithm,
        MixSpec,
        Plan,
        TrainSpec,
        MachineSpec,
        DeviceSpec,
        Precision,
        OpenReport,
        ParameterInfo,
        Position,
        TrainReport,
        TrainSums,
        TrainLast,
        SkippedImage,
        Ledger,
        Weights,
        EvaluateRequest,
        EvaluateReport,
        OperatorTime,
        ClassReport,
        HeatMapRequest,
        HeatMapReport,
        SaveRequest,
        SaveReport,
        LoadReport,
        InspectReport,
        ExportRequest,
        Uint8Export,
        ExportPreprocessing,
        ExportReport,
        ExportedFile,
        Progress,
        Phase,
        LogLine,
        Interpolation,
        PaddingMode,
        AutoAugmentPolicy,
        Dtype,
        Transform,
    )
    .join("");
    let text = format!(
        "// Generated from crates/spec by `UPDATE_SPEC=1 cargo test -p classifier-spec`. Do not edit.\n\n{text}"
    );
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../ts/native/spec.d.ts");
    if env::var_os("UPDATE_SPEC").is_some() {
        fs::write(&path, &text).unwrap();
    }
    let committed = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        committed == text,
        "ts/native/spec.d.ts is stale: run UPDATE_SPEC=1 cargo test -p classifier-spec"
    );
}
