//! Lists: rows of a path and a label, separated by commas or tabs, with or without a heading.

use std::{
    ffi::OsStr,
    fs,
    os::unix::ffi::OsStrExt,
    path::{Path, PathBuf},
};

use classifier_spec::{Fault, FaultKind};

use super::{
    jsonl::resolve,
    rows::{Labels, Problems, Rows},
    walk::unreadable,
};

/// Roboflow's file of classes: a heading `filename, cat, dog`, and rows with a 1 below the class.
pub const ONE_HOT: &str = "_classes.csv";
const PATH_HEADINGS: [&str; 7] = ["path", "image", "image_path", "file", "filename", "file_name", "filepath"];
const LABEL_HEADINGS: [&str; 6] = ["label", "class", "suffix", "category", "target", "class_name"];

/// Reads lists (paths below `folder`) whose images are named from the list's own folder. With `keep_missing`, a row
/// whose image does not exist is kept and counted; else it is a fault.
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
        let text = fs::read(&path).map_err(|error| unreadable(&path, &error))?;
        let text = String::from_utf8(text).map_err(|_| {
            Fault::new(FaultKind::Data, format!("{} is not UTF-8 text", path.display()))
                .hint("Save it as UTF-8.")
        })?;
        let own_folder = &file[..file.iter().rposition(|byte| *byte == b'/').map_or(0, |slash| slash + 1)];
        let list = List { path, folder, own_folder, keep_missing };
        list.read(text.strip_prefix('\u{feff}').unwrap_or(&text), labels, &mut rows, &mut problems);
    }
    if !problems.is_empty() {
        return Err(Fault::new(FaultKind::Data, problems.text())
            .hint("Correct or remove the rows named; a row reads path,label (or path, a tab, label)."));
    }
    Ok(rows)
}

struct List<'a> {
    path: PathBuf,
    folder: &'a Path,
    own_folder: &'a [u8],
    keep_missing: bool,
}

impl List<'_> {
    fn read(&self, text: &str, labels: &mut Labels, rows: &mut Rows, problems: &mut Problems) {
        let separator =
            if self.path.extension().is_some_and(|extension| extension == "tsv") { '\t' } else { ',' };
        let (mut path_column, mut label_column) = (0, 1);
        let one_hot = self.path.file_name() == Some(OsStr::new(ONE_HOT));
        let mut classes: Vec<String> = Vec::new();
        let mut first = true;
        for (line, mut fields) in records(text, separator) {
            if one_hot {
                if std::mem::take(&mut first) {
                    classes = fields.iter().map(|field| field.trim().to_owned()).collect();
                    continue;
                }
                match marked(&fields, &classes) {
                    Ok(label) => fields = vec![fields.swap_remove(0), label],
                    Err(problem) => {
                        problems.add(|| format!("{}:{line}: {problem}", self.path.display()));
                        continue;
                    }
                }
            }
            if std::mem::take(&mut first) {
                let column = |names: &[&str]| {
                    fields.iter().position(|field| names.contains(&field.trim().to_lowercase().as_str()))
                };
                if let (Some(path), Some(label)) = (column(&PATH_HEADINGS), column(&LABEL_HEADINGS)) {
                    (path_column, label_column) = (path, label);
                    continue;
                }
            }
            let at = || format!("{}:{line}", self.path.display());
            let (Some(name), Some(label)) = (fields.get(path_column), fields.get(label_column)) else {
                problems.add(|| format!("{}: the row has no path and label", at()));
                continue;
            };
            if label.trim().is_empty() {
                rows.empty_labels += 1;
                continue;
            }
            let mut image = Vec::new();
            if !resolve(self.own_folder, name.as_bytes(), &mut image) {
                problems.add(|| format!("{}: the image path {name:?} leaves the split's folder", at()));
                continue;
            }
            let size = match fs::metadata(self.folder.join(OsStr::from_bytes(&image))) {
                Ok(metadata) if metadata.is_file() => metadata.len(),
                _ if self.keep_missing => {
                    rows.missing += 1;
                    0
                }
                _ => {
                    problems.add(|| format!("{}: the image {name:?} does not exist", at()));
                    continue;
                }
            };
            rows.push(&image, labels.number(label), size);
        }
    }
}

/// The class of a row of [`ONE_HOT`]: the heading above its 1; empty where there is none.
fn marked(fields: &[String], headings: &[String]) -> Result<String, String> {
    if fields.len() != headings.len() {
        return Err(format!("the row has {} fields, the heading {}", fields.len(), headings.len()));
    }
    let mut of_row = Vec::new();
    for (field, heading) in fields.iter().zip(headings).skip(1) {
        match field.trim() {
            "1" => of_row.push(heading.as_str()),
            "0" | "" => {}
            other => return Err(format!("below {heading:?} stands {other:?}, neither 0 nor 1")),
        }
    }
    match of_row[..] {
        [] => Ok(String::new()),
        [only] => Ok(only.to_owned()),
        _ => Err(format!("the image has {} classes ({}); it can have one", of_row.len(), of_row.join(", "))),
    }
}

/// Rows that are not blank, with the number of their first line. A field in double quotes may hold separators, line
/// ends and doubled quotes.
fn records(text: &str, separator: char) -> Vec<(usize, Vec<String>)> {
    let mut records = Vec::new();
    let (mut fields, mut field, mut line, mut start) = (Vec::new(), String::new(), 1, 1);
    let mut quoted = false;
    let mut characters = text.chars().peekable();
    let mut end_record = |fields: &mut Vec<String>, field: &mut String, start: usize| {
        fields.push(std::mem::take(field));
        let record = std::mem::take(fields);
        if record.iter().any(|field| !field.trim().is_empty()) {
            records.push((start, record));
        }
    };
    while let Some(character) = characters.next() {
        if character == '\n' {
            line += 1;
        }
        match character {
            '"' if quoted && characters.peek() == Some(&'"') => {
                characters.next();
                field.push('"');
            }
            '"' if quoted || field.is_empty() => quoted = !quoted,
            _ if quoted => field.push(character),
            '\r' if characters.peek() == Some(&'\n') => {}
            '\n' => {
                end_record(&mut fields, &mut field, start);
                start = line;
            }
            _ if character == separator => fields.push(std::mem::take(&mut field)),
            _ => field.push(character),
        }
    }
    end_record(&mut fields, &mut field, start);
    records
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_and_line_ends_are_understood() {
        let text = "path,label\r\n\"a,1.jpg\",\"say \"\"x\"\"\"\n\nb.jpg,\"two\nlines\"\nc.jpg,z";
        let records: Vec<_> = records(text, ',');
        let fields = |index: usize| records[index].1.iter().map(String::as_str).collect::<Vec<_>>();
        assert_eq!(fields(1), ["a,1.jpg", "say \"x\""]);
        assert_eq!((records[2].0, fields(2)), (4, vec!["b.jpg", "two\nlines"]));
        assert_eq!((records[3].0, fields(3)), (6, vec!["c.jpg", "z"]));
    }
}
