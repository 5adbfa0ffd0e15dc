//! Shards: tar files in WebDataset's layout. Members with one name up to the first dot are one sample, `7.jpg` and `7.cls`.

use std::{ffi::OsStr, fs::File, io::BufReader, os::unix::ffi::OsStrExt, path::Path};

use classifier_spec::{Fault, FaultKind};

use super::{
    image_folder::is_image_name,
    rows::{Labels, Rows},
    tar::{Member, Members},
    walk::unreadable,
};
use crate::shard::member_path;

/// Members that name the label of their sample.
const LABELS: [&[u8]; 4] = [b"cls", b"label", b"txt", b"json"];
/// Where a JSON member says it.
const JSON_KEYS: [&str; 4] = ["suffix", "label", "cls", "class"];

/// One sample while its members are read.
#[derive(Default)]
struct Sample {
    key: Vec<u8>,
    image: Option<Member>,
    label: Option<String>,
}

/// Takes the samples of shards, whose paths are below `folder`, on top of what is there.
pub fn read(folder: &Path, shards: &[Vec<u8>], labels: &mut Labels, rows: &mut Rows) -> Result<(), Fault> {
    let mut without = 0u32;
    let mut shards: Vec<&Vec<u8>> = shards.iter().collect();
    shards.sort();
    for shard in shards {
        let path = folder.join(OsStr::from_bytes(shard));
        let file = File::open(&path).map_err(|error| unreadable(&path, &error))?;
        let length = file.metadata().map_err(|error| unreadable(&path, &error))?.len();
        let mut members = Members::new(BufReader::new(file), length);
        let mut sample = Sample::default();
        let mut finish = |sample: Sample, rows: &mut Rows| {
            let Some(image) = sample.image else { return };
            let Some(label) = sample.label.or_else(|| folder_of(&image.name)) else {
                without += 1;
                return;
            };
            let number = labels.number(&label);
            rows.push(&member_path(shard, image.offset, image.size, &image.name), number, image.size);
        };
        while let Some(member) = members.next().map_err(|error| broken(&path, &error.to_string()))? {
            let (key, ending) = split_name(&member.name);
            if key != sample.key {
                let done = std::mem::replace(&mut sample, Sample { key: key.to_vec(), ..Sample::default() });
                finish(done, rows);
            }
            if is_image_name(&member.name) {
                sample.image.get_or_insert(member);
            } else if LABELS.contains(&ending) {
                let text = members.content(&member).map_err(|error| broken(&path, &error.to_string()))?;
                let is_json = ending == b"json";
                let label = label_of(&text, is_json).ok_or_else(|| {
                    let name = String::from_utf8_lossy(&member.name);
                    broken(&path, &format!("{name} names no label"))
                })?;
                sample.label = Some(label);
            }
        }
        finish(sample, rows);
    }
    if without > 0 {
        rows.warnings.push(format!("{without} images of shards have no label and were left out"));
    }
    Ok(())
}

/// A member's name up to the first dot of its last part, and what comes after the last.
fn split_name(name: &[u8]) -> (&[u8], &[u8]) {
    let start = name.iter().rposition(|byte| *byte == b'/').map_or(0, |slash| slash + 1);
    let first = name[start..].iter().position(|byte| *byte == b'.').map_or(name.len(), |dot| start + dot);
    let last = name[start..].iter().rposition(|byte| *byte == b'.').map_or(name.len(), |dot| start + dot + 1);
    (&name[..first], &name[last..])
}

/// The folder that an image lies in names its class where no other member does.
fn folder_of(name: &[u8]) -> Option<String> {
    let mut parts = name.split(|byte| *byte == b'/').rev().skip(1);
    let folder = parts.next().filter(|part| !part.is_empty() && *part != b".")?;
    Some(String::from_utf8_lossy(folder).into_owned())
}

fn label_of(text: &[u8], is_json: bool) -> Option<String> {
    if !is_json {
        return Some(std::str::from_utf8(text).ok()?.trim().to_owned()).filter(|label| !label.is_empty());
    }
    let value: serde_json::Value = serde_json::from_slice(text).ok()?;
    JSON_KEYS.iter().find_map(|key| match value.get(key)? {
        serde_json::Value::String(label) => Some(label.clone()),
        serde_json::Value::Number(label) => Some(label.to_string()),
        _ => None,
    })
}

fn broken(path: &Path, what: &str) -> Fault {
    Fault::new(FaultKind::Data, format!("the shard {} cannot be used: {what}", path.display()))
        .hint("Write it again; each sample is an image and a .cls, .txt or .json with its label.")
        .details(serde_json::json!({ "path": path.to_string_lossy() }))
}
