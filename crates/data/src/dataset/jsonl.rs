//! JSONL annotations: rows `{"image", "prefix", "suffix"}`, the image relative to the annotation file's folder, the
//! label in `suffix`. Other fields are kept as metadata.

use std::{
    ffi::OsStr,
    fs::{self, File},
    io::{BufRead, BufReader, Read},
    os::unix::ffi::OsStrExt,
    path::Path,
};

use classifier_spec::{Fault, FaultKind};
use serde_json::Value;

use super::{
    jsonl_row::Row,
    rows::{Labels, Problems, Rows},
    walk::unreadable,
};

/// Reads the annotation files (paths below `folder`) in their order. With `keep_missing`, a row whose image does not
/// exist is kept and counted; else it is a fault.
pub fn read(
    folder: &Path,
    files: &[Vec<u8>],
    keep_missing: bool,
    labels: &mut Labels,
) -> Result<Rows, Fault> {
    let mut rows = Rows::default();
    let mut problems = Problems::default();
    for file in files {
        let path = folder.join(OsStr::from_bytes(file));
        read_file(&path, folder, file, keep_missing, labels, &mut rows, &mut problems)?;
    }
    if !problems.is_empty() {
        return Err(Fault::new(FaultKind::Data, problems.text())
            .hint("Correct or remove the rows named; a row reads {\"image\": \"a.jpg\", \"prefix\": \"…\", \"suffix\": \"label\"}."));
    }
    Ok(rows)
}

fn read_file(
    path: &Path,
    folder: &Path,
    relative: &[u8],
    keep_missing: bool,
    labels: &mut Labels,
    rows: &mut Rows,
    problems: &mut Problems,
) -> Result<(), Fault> {
    let own_folder =
        &relative[..relative.iter().rposition(|byte| *byte == b'/').map_or(0, |slash| slash + 1)];
    let mut reader =
        BufReader::with_capacity(1 << 18, File::open(path).map_err(|error| unreadable(path, &error))?);
    let mut line = Vec::new();
    let mut image = Vec::new();
    for number in 1u64.. {
        line.clear();
        // A row of more than 16 MB is no row.
        let read = reader.by_ref().take(1 << 24).read_until(b'\n', &mut line);
        if read.map_err(|error| unreadable(path, &error))? == 0 {
            break;
        }
        let mut text = &line[..];
        if number == 1 {
            text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
        }
        let text = text.trim_ascii();
        if text.is_empty() {
            continue;
        }
        let at = || format!("{}:{number}", path.display());
        let row: Row = match serde_json::from_slice(text) {
            Ok(row) => row,
            Err(error) => {
                problems.add(|| format!("{}: not a JSON row: {error}", at()));
                continue;
            }
        };
        let Some(name) = row.image else {
            problems.add(|| format!("{}: the row has no \"image\"", at()));
            continue;
        };
        let label = match row.suffix {
            Some(Value::String(label)) => label,
            Some(other) => {
                problems.add(|| {
                    format!(
                        "{}: \"suffix\" must be a string (a label), not {}: write \"{other}\" in quotes",
                        at(),
                        kind(&other)
                    )
                });
                continue;
            }
            None => {
                problems.add(|| format!("{}: the row has no \"suffix\" (the label)", at()));
                continue;
            }
        };
        if label.trim().is_empty() {
            rows.empty_labels += 1;
            continue;
        }
        image.clear();
        if !resolve(own_folder, name.as_bytes(), &mut image) {
            problems.add(|| format!("{}: the image path {name:?} leaves the split's folder", at()));
            continue;
        }
        let size = match fs::metadata(folder.join(OsStr::from_bytes(&image))) {
            Ok(metadata) if metadata.is_file() => metadata.len(),
            found => {
                if !keep_missing {
                    let what = if found.is_ok() { "is not a file" } else { "does not exist" };
                    problems.add(|| format!("{}: the image {name:?} {what}", at()));
                    continue;
                }
                rows.missing += 1;
                0
            }
        };
        let metadata =
            if row.others.is_empty() { String::new() } else { Value::Object(row.others).to_string() };
        rows.push_with(&image, labels.number(&label), size, &metadata);
    }
    Ok(())
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

/// Appends `name`, relative to `folder` (empty or ending in a slash), with `.` and `..` resolved. False where it is
/// absolute, empty or leads out of the split.
pub fn resolve(folder: &[u8], name: &[u8], out: &mut Vec<u8>) -> bool {
    if name.first() == Some(&b'/') || name.contains(&0) {
        return false;
    }
    out.extend_from_slice(folder.strip_suffix(b"/").unwrap_or(folder));
    for part in name.split(|byte| *byte == b'/') {
        match part {
            b"" | b"." => {}
            b".." => {
                if out.is_empty() {
                    return false;
                }
                out.truncate(out.iter().rposition(|byte| *byte == b'/').unwrap_or(0));
            }
            _ => {
                if !out.is_empty() {
                    out.push(b'/');
                }
                out.extend_from_slice(part);
            }
        }
    }
    !out.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_stay_in_the_split() {
        let resolved = |folder: &str, name: &str| {
            let mut out = Vec::new();
            resolve(folder.as_bytes(), name.as_bytes(), &mut out).then(|| String::from_utf8(out).unwrap())
        };
        assert_eq!(resolved("", "a.jpg").as_deref(), Some("a.jpg"));
        assert_eq!(resolved("b/c/", "./a.jpg").as_deref(), Some("b/c/a.jpg"));
        assert_eq!(resolved("b/c/", "../a.jpg").as_deref(), Some("b/a.jpg"));
        assert_eq!(resolved("b/", "../../a.jpg"), None);
        assert_eq!(resolved("", "x/../../a.jpg"), None);
        assert_eq!(resolved("b/", "/etc/passwd"), None);
        assert_eq!(resolved("b/", "a\0.jpg"), None);
        assert_eq!(resolved("", ""), None);
    }
}
