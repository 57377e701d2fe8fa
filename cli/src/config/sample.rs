//! The commented sample that `iac config` prints.

use std::path::Path;

/// The sample configuration, with paths below the user's home folder.
pub(crate) fn sample(home: &Path) -> String {
    let home = home.display().to_string().replace('\\', "\\\\").replace('"', "\\\"");
    SAMPLE.replace("HOME", &home)
}

const SAMPLE: &str = include_str!("sample.toml");
