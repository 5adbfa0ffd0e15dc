//! From labels to classes: counts, warnings and the fingerprint of a data set.

use std::{
    collections::{BTreeMap, HashMap},
    path::{Path, PathBuf},
};

use classifier_spec::{DatasetSpec, DatasetSummary, Fault, FaultKind, LabelCount, Split, SplitSummary};
use sha2::{Digest, Sha256};

use super::{
    Dataset, SplitIndex,
    rows::{Labels, Rows},
    scan::{Found, Scan},
};

fn classes_of_train(root: &Path, found: &[Found], labels: &Labels) -> Result<Vec<String>, Fault> {
    let Some(train) = found.iter().find(|found| found.split == Split::Train) else {
        return Err(Fault::new(FaultKind::Data, format!("the data set {} has no train/ folder", root.display()))
            .hint("The classes are those of the train split: add train/, or evaluate a model that knows its classes."));
    };
    let mut used = vec![false; labels.names.len()];
    for label in &train.rows.labels {
        used[*label as usize] = true;
    }
    let mut classes: Vec<_> =
        labels.names.iter().zip(used).filter(|(_, used)| *used).map(|(name, _)| name.clone()).collect();
    // The order of UTF-8 bytes is the order of code points.
    classes.sort_unstable();
    Ok(classes)
}

/// The data set of a scan. Samples whose label is no class are left out and counted.
pub fn summarize(spec: &DatasetSpec, root: PathBuf, scan: Scan) -> Result<Dataset, Fault> {
    let Scan { format, labels, found, mut warnings, .. } = scan;
    let classes = match &spec.classes {
        Some(classes) => classes.clone(),
        None => classes_of_train(&root, &found, &labels)?,
    };
    let index_of: HashMap<&str, u32> =
        classes.iter().enumerate().map(|(index, name)| (name.as_str(), index as u32)).collect();
    if index_of.len() < classes.len() {
        return Err(Fault::new(FaultKind::Config, "the list of classes names one class twice"));
    }
    let class_of: Vec<Option<u32>> =
        labels.names.iter().map(|name| index_of.get(name.as_str()).copied()).collect();
    let mut digest = Sha256::new();
    let mut summaries = Vec::new();
    let mut splits = HashMap::new();
    for Found { split, name, folder, mut rows } in found {
        let mut unknown: BTreeMap<u32, u32> = BTreeMap::new();
        for label in rows.labels.iter().filter(|label| class_of[**label as usize].is_none()) {
            *unknown.entry(*label).or_default() += 1;
        }
        if !unknown.is_empty() {
            let keep: Vec<bool> =
                rows.labels.iter().map(|label| class_of[*label as usize].is_some()).collect();
            rows.retain(&keep);
        }
        let sorted = rows.sorted();
        let (images, duplicates) = count_files(&rows, &sorted);
        for row in &sorted {
            let row = *row as usize;
            digest.update(name.as_bytes());
            digest.update([0]);
            digest.update(rows.paths.bytes(row));
            digest.update([0]);
            digest.update(labels.names[rows.labels[row] as usize].as_bytes());
            digest.update([0]);
            digest.update(rows.sizes[row].to_le_bytes());
        }
        let indices: Vec<u32> = rows.labels.iter().filter_map(|label| class_of[*label as usize]).collect();
        let mut per_class = vec![0u32; classes.len()];
        for class in &indices {
            per_class[*class as usize] += 1;
        }
        let mut unknown: Vec<LabelCount> = unknown
            .into_iter()
            .map(|(label, count)| LabelCount { label: labels.names[label as usize].clone(), count })
            .collect();
        unknown.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.label.cmp(&b.label)));
        let summary = SplitSummary {
            split,
            folder: name,
            samples: indices.len() as u32,
            images,
            per_class,
            empty_labels: rows.empty_labels,
            unknown_labels: unknown.iter().map(|unknown| unknown.count).sum(),
            unknown,
            duplicates,
        };
        warn(&summary, &rows, &mut warnings);
        if summary.samples == 0 {
            let message = format!("the split {} holds no image of a known class", folder.display());
            return Err(Fault::new(FaultKind::Data, message)
                .hint("Its labels must be among those of the train split."));
        }
        summaries.push(summary);
        rows.paths.shrink();
        rows.metadata.shrink();
        splits.insert(
            split,
            SplitIndex { folder, paths: rows.paths, labels: indices, metadata: rows.metadata },
        );
    }
    let fingerprint = digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    let root = root.to_string_lossy().into_owned();
    let summary = DatasetSummary { root, format, classes, splits: summaries, fingerprint, warnings };
    Ok(Dataset { summary, splits, on_error: spec.on_error, exif_transpose: spec.exif_transpose })
}

/// Different files, and rows that repeat another's file and label.
fn count_files(rows: &Rows, sorted: &[u32]) -> (u32, u32) {
    let (mut images, mut duplicates) = (0, 0);
    for (place, row) in sorted.iter().enumerate() {
        let same = |other: u32| rows.paths.bytes(other as usize) == rows.paths.bytes(*row as usize);
        let before = place.checked_sub(1).map(|before| sorted[before]);
        if !before.is_some_and(same) {
            images += 1;
        } else if before.is_some_and(|before| rows.labels[before as usize] == rows.labels[*row as usize]) {
            duplicates += 1;
        }
    }
    (images, duplicates)
}

fn warn(summary: &SplitSummary, rows: &Rows, warnings: &mut Vec<String>) {
    let folder = &summary.folder;
    if summary.empty_labels > 0 {
        warnings.push(format!("{folder}: {} rows with an empty label were dropped", summary.empty_labels));
    }
    if summary.unknown_labels > 0 {
        let names: Vec<_> =
            summary.unknown.iter().take(5).map(|unknown| format!("{:?}", unknown.label)).collect();
        let more = if summary.unknown.len() > 5 { ", …" } else { "" };
        warnings.push(format!(
            "{folder}: {} rows with a label that the train split does not have were skipped ({}{more})",
            summary.unknown_labels,
            names.join(", ")
        ));
    }
    if summary.duplicates > 0 {
        warnings
            .push(format!("{folder}: {} rows repeat the image and label of another row", summary.duplicates));
    }
    if rows.missing > 0 {
        warnings.push(format!("{folder}: {} images do not exist and will be skipped", rows.missing));
    }
    warnings.extend(rows.warnings.iter().map(|warning| format!("{folder}: {warning}")));
}
