//! Where things are kept that can be made again.

use std::{env, path::PathBuf};

/// Our folder in the user's cache: below `XDG_CACHE_HOME`, else where the system keeps caches. `None` without a home.
pub fn cache_folder() -> Option<PathBuf> {
    let set = |name| env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let custom = if cfg!(target_os = "macos") { "Library/Caches" } else { ".cache" };
    let base = set("XDG_CACHE_HOME").or_else(|| set("HOME").map(|home| home.join(custom)))?;
    Some(base.join("classifier-training"))
}
