//! `iac completions` and `iac man`: what the definition of the arguments says, in the forms that shells and `man` read.

use std::io;
use std::path::{Path, PathBuf};

use clap::CommandFactory;
use clap_complete::Shell;
use clap_mangen::Man;
use serde::Serialize;

use crate::args::Arguments;
use crate::error::{Error, Kind, Result};
use crate::files;
use crate::ui::Ui;

/// Prints a shell's completions.
pub(super) fn completions(ui: &Ui, shell: Shell) -> Result<()> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut offered(&Arguments::command()), "iac", &mut script);
    ui.text(&String::from_utf8_lossy(&script))
}

/// A command with what help shows of it: the generators would offer hidden options too, such as those that are refused.
fn offered(command: &clap::Command) -> clap::Command {
    let shown = command.get_arguments().filter(|argument| !argument.is_hide_set()).cloned();
    // The process ends with the script that it prints, and `clap` takes no other kind of name.
    let name: &'static str = command.get_name().to_owned().leak();
    clap::Command::new(name)
        .about(command.get_about().cloned().unwrap_or_default())
        .disable_help_subcommand(true)
        .args(shown)
        .subcommands(command.get_subcommands().map(offered))
}

/// What `man` prints.
#[derive(Debug, Serialize)]
struct Written {
    folder: String,
    pages: Vec<String>,
}

/// Writes a page for each command; every page appears whole, in the place of an older one.
pub(super) fn man(ui: &Ui, folder: &Path) -> Result<()> {
    let mut command = Arguments::command();
    command.build();
    let mut pages = Vec::new();
    render(&command, "iac", &mut pages).map_err(|error| failed(folder, &error))?;
    std::fs::create_dir_all(folder).map_err(|error| failed(folder, &error))?;
    for (name, page) in &pages {
        let path: PathBuf = folder.join(name);
        files::publish(&path, page).map_err(|error| failed(folder, &error.source))?;
    }
    let names = pages.into_iter().map(|(name, _)| name).collect();
    let written = Written { folder: folder.display().to_string(), pages: names };
    ui.data(&written, |_| {
        let folder = iac_core::text::plain(&written.folder);
        format!("{} pages in `{folder}`; read one with `man {folder}/iac.1`", written.pages.len())
    })
}

/// Renders the page of a command and of all below it; `iac key create` is `iac-key-create.1`.
fn render(command: &clap::Command, name: &str, pages: &mut Vec<(String, Vec<u8>)>) -> io::Result<()> {
    let mut page = Vec::new();
    Man::new(command.clone()).render(&mut page)?;
    pages.push((format!("{name}.1"), page));
    for below in command.get_subcommands().filter(|below| !below.is_hide_set()) {
        render(below, &format!("{name}-{}", below.get_name()), pages)?;
    }
    Ok(())
}

fn failed(folder: &Path, error: &io::Error) -> Error {
    Error::new(Kind::FileFailed, format!("cannot write the pages to `{}`", folder.display()))
        .cause(error)
        .hint("name a folder that this user may write to")
}
