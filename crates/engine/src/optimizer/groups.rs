//! Parameters that share a learning rate and a decay.

use classifier_spec::OptimizerSpec;

use crate::blueprint::{Entry, Id, Role};

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Group {
    /// Places in the list of trainable parameters.
    pub members: Vec<usize>,
    pub lr_multiplier: f64,
    pub weight_decay: f64,
}

/// Groups in the order of their first member; `head` is the name prefix of the last layer.
pub(super) fn groups(spec: &OptimizerSpec, entries: &[Entry], trainable: &[Id], head: &str) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    for (place, &id) in trainable.iter().enumerate() {
        let entry = &entries[id];
        let in_head = entry.name.strip_prefix(head).is_some_and(|rest| rest.starts_with('.'));
        let lr_multiplier = if in_head { spec.head_lr_multiplier } else { 1.0 };
        let spared = spec.no_decay_norm_bias && entry.role != Role::Weight;
        let weight_decay = if spared { 0.0 } else { spec.weight_decay };
        let same =
            groups.iter_mut().find(|g| g.lr_multiplier == lr_multiplier && g.weight_decay == weight_decay);
        match same {
            Some(group) => group.members.push(place),
            None => groups.push(Group { members: vec![place], lr_multiplier, weight_decay }),
        }
    }
    groups
}
