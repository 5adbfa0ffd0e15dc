//! Which tensor of a file goes where: prefixes, heads of another size, what is missing and what is too much.

use std::collections::BTreeSet;

use crate::blueprint::Role;
use crate::checkpoint::refuse;
use crate::error::Result;
use crate::network::Network;
use crate::torch;

use super::source::WeightSource;

/// Fills the masters; returns lines for the user.
pub(super) fn assign(source: &dyn WeightSource, network: &Network) -> Result<Vec<String>> {
    let names = source.names();
    let prefix = prefix_of(&names, &network.entries.iter().map(|e| e.name.as_str()).collect::<Vec<_>>());
    let mut notes = Vec::new();
    let (inside, outside): (Vec<String>, Vec<String>) =
        names.into_iter().partition(|n| n.starts_with(&prefix));
    if !outside.is_empty() {
        notes.push(format!("{}: ignored what is not of the model: {}", source.path(), some(&outside)));
    }
    let head = format!("{}.", network.head());
    let mut unexpected: BTreeSet<String> =
        inside.iter().map(|name| name[prefix.len()..].to_owned()).collect();
    let (mut missing, mut misfits, mut replaced) = (Vec::new(), Vec::new(), Vec::new());
    for (entry, master) in network.entries.iter().zip(&network.masters) {
        unexpected.remove(&entry.name);
        let full = format!("{prefix}{}", entry.name);
        match source.shape(&full) {
            // Files from before torch 0.4.1 have no counters; torch accepts them too.
            None if entry.role == Role::Counter => {}
            None => missing.push(entry.name.clone()),
            Some(shape) if shape != entry.shape && entry.name.starts_with(&head) => {
                replaced.push(format!("{} {shape:?} → {:?}", entry.name, entry.shape));
            }
            Some(shape) if shape != entry.shape => {
                misfits
                    .push(format!("{}: {shape:?} in the file, {:?} in the model", entry.name, entry.shape));
            }
            Some(_) => {
                let tensor = source.tensor(&full)?.f_to_device(master.device())?;
                torch::copy(master, &tensor, false)?;
            }
        }
    }
    let mut problems = Vec::new();
    if !missing.is_empty() {
        problems.push(format!("missing: {}", missing.join(", ")));
    }
    if !unexpected.is_empty() {
        problems.push(format!("unexpected: {}", unexpected.into_iter().collect::<Vec<_>>().join(", ")));
    }
    if !misfits.is_empty() {
        problems.push(format!("of another shape: {}", misfits.join("; ")));
    }
    if !problems.is_empty() {
        return Err(refuse(format!("{} does not fit the model: {}", source.path(), problems.join(". ")))
            .hint("Choose the architecture that the file was made with, or another file.")
            .into());
    }
    if !replaced.is_empty() {
        notes.push(format!(
            "{}: the last layer is new, it had another size ({})",
            source.path(),
            replaced.join(", ")
        ));
    }
    Ok(notes)
}

/// What stands before the model's own names (`module.`, `model.`, …): the prefix under which most of them are found.
fn prefix_of(names: &[String], wanted: &[&str]) -> String {
    let set: BTreeSet<&str> = names.iter().map(String::as_str).collect();
    let Some(first) = wanted.first() else { return String::new() };
    let candidates: BTreeSet<&str> = names
        .iter()
        .filter_map(|name| name.strip_suffix(first))
        .filter(|prefix| prefix.is_empty() || prefix.ends_with('.'))
        .collect();
    let found =
        |prefix: &str| wanted.iter().filter(|name| set.contains(format!("{prefix}{name}").as_str())).count();
    // The shortest of the best: candidates are sorted, and the first maximum is kept.
    let mut best = ("", found(""));
    for prefix in candidates {
        let count = found(prefix);
        if count > best.1 {
            best = (prefix, count);
        }
    }
    best.0.to_owned()
}

/// A few names and how many more there are.
fn some(names: &[String]) -> String {
    let shown = names.iter().take(5).cloned().collect::<Vec<_>>().join(", ");
    if names.len() > 5 { format!("{shown} and {} more", names.len() - 5) } else { shown }
}

#[cfg(test)]
mod tests {
    use super::prefix_of;

    #[test]
    fn the_prefix_is_where_the_model_is() {
        let wanted = ["conv1.weight", "layer1.0.conv1.weight", "fc.bias"];
        let names = |prefix: &str| wanted.iter().map(|name| format!("{prefix}{name}")).collect::<Vec<_>>();
        assert_eq!(prefix_of(&names(""), &wanted), "");
        assert_eq!(prefix_of(&names("module."), &wanted), "module.");
        let mut both = names("model.");
        both.push("loss.conv1.weight".into());
        assert_eq!(prefix_of(&both, &wanted), "model.");
        assert_eq!(prefix_of(&["other".into()], &wanted), "");
    }
}
