//! What a person sees in a terminal: cell by cell, in a narrow window, in one of the usual size and in a wide one.
//!
//! The screens lie in `snapshots/`; `INSTA_UPDATE=always` writes them anew. What differs from run to run is masked, and
//! as wide as what it stands for.

mod colours;
mod names;
mod progress;
mod questions;
mod results;

use crate::harness::Laptop;

/// The widths of a window beside an editor, of a usual one, and of a wide one.
const WIDTHS: [u16; 3] = [40, 80, 120];

/// What a command shows in windows of each width, below each other.
fn at_every_width(laptop: &Laptop, words: &[&str]) -> String {
    let shown = WIDTHS.map(|columns| {
        let screen = laptop.terminal(columns).iac(words);
        assert!(screen.is_left_tidy(), "the cursor is not left where the shell needs it:\n{}", screen.text());
        let status = screen.code().filter(|status| *status != 0).map(|status| format!("(status {status})\n"));
        format!("{}\n{}{}", ruler(columns), screen.text(), status.unwrap_or_default())
    });
    format!("$ iac {}\n{}", words.join(" "), shown.concat())
}

/// A line as wide as a window.
fn ruler(columns: u16) -> String {
    format!("{:─<width$}", format!("─ {columns} "), width = usize::from(columns))
}
