//! Whether a process can do nothing more by itself, as the kernel tells it: its threads sleep, and nobody works for it.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// How often each thread of a process that is at rest has run so far; `None` while one runs, or waits for a disk or for
/// a program that the process has started.
pub(super) fn at_rest(process: u32) -> Option<BTreeMap<u32, u64>> {
    let threads = fs::read_dir(format!("/proc/{process}/task")).ok()?;
    threads.map(|thread| resting(&thread.ok()?)).collect()
}

/// Whether there is no such process any more.
pub(super) fn is_gone(process: u32) -> bool {
    !Path::new(&format!("/proc/{process}")).exists()
}

/// The number of a thread that sleeps, with how often it has run.
fn resting(thread: &fs::DirEntry) -> Option<(u32, u64)> {
    let children = fs::read_to_string(thread.path().join("children")).ok()?;
    let status = fs::read_to_string(thread.path().join("status")).ok()?;
    let field = |name: &str| status.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':')).map(str::trim);
    let runs = field("voluntary_ctxt_switches")?.parse::<u64>().ok()?;
    let number = thread.file_name().to_str()?.parse().ok()?;
    (children.trim().is_empty() && field("State")?.starts_with('S')).then_some((number, runs))
}
