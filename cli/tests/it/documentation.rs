//! The pages that users read are held against the tool: `docs/cli.md` is what `--help` says, and every code of
//! `docs/errors.md` is demanded by some test.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use crate::harness::{Laptop, root};

const HEAD: &str = "# Commands\n\nWhat `iac COMMAND --help` says, of every command. Options of a noun may stand before or \
                    after its verb; the global options of `iac` itself belong to every command and may stand anywhere.\n";

#[test]
fn the_page_of_commands_is_what_help_says() {
    let laptop = Laptop::offline();
    let mut page = HEAD.to_owned();
    let mut waiting = vec![Vec::<String>::new()];
    while let Some(command) = waiting.pop() {
        let help = laptop.iac(command.iter().map(String::as_str).chain(["--help"])).ok().text();
        let name = ["iac"].into_iter().chain(command.iter().map(String::as_str)).collect::<Vec<_>>().join(" ");
        let shown = if command.is_empty() { help.clone() } else { without_global_options(&help) };
        page.push_str(&format!("\n## `{name}`\n\n```text\n{}\n```\n", shown.trim_end()));
        let below = subcommands(&help).into_iter().map(|verb| [&command[..], &[verb]].concat());
        waiting.extend(below.collect::<Vec<_>>().into_iter().rev());
    }
    let path = root().join("docs/cli.md");
    #[expect(clippy::disallowed_methods, reason = "whoever changes a command writes the page anew with it")]
    if std::env::var_os("UPDATE_DOCS").is_some() {
        fs::write(&path, &page).unwrap();
    }
    let written = fs::read_to_string(&path).unwrap_or_default();
    assert!(page.contains("## `iac key create`"), "the commands below a noun are found");
    assert_eq!(written, page, "write docs/cli.md anew: `UPDATE_DOCS=1 cargo test --workspace --test it documentation`");
}

/// Leaves the block of global options out: every command has the same.
fn without_global_options(help: &str) -> String {
    let (before, after) = help.split_once("Global options:\n").expect("every command takes the global options");
    let rest = after.lines().skip_while(|line| line.is_empty() || line.starts_with(' '));
    [before, &rest.collect::<Vec<_>>().join("\n")].concat()
}

/// The names that stand below `Commands:`.
fn subcommands(help: &str) -> Vec<String> {
    let listed = help.lines().skip_while(|line| *line != "Commands:").skip(1).take_while(|line| !line.is_empty());
    let name =
        |line: &str| line.strip_prefix("  ")?.split(' ').next().filter(|name| !name.is_empty()).map(str::to_owned);
    listed.filter_map(name).collect()
}

/// The codes that are demanded through a table: where `fails` is called there, its code is a variable.
const THROUGH_TABLES: [&str; 7] = [
    "account_not_ready",
    "aws_clock",
    "credentials_refused",
    "launch_unsupported",
    "measurements_malformed",
    "receipt_altered",
    "root_malformed",
];

/// The code of this binary's tests, without comments.
fn tests() -> String {
    let mut text = String::new();
    let mut waiting: Vec<PathBuf> = vec![root().join("cli/tests/it")];
    while let Some(path) = waiting.pop() {
        if path.is_dir() {
            waiting.extend(fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let file = fs::read_to_string(path).unwrap();
            let code = file.lines().map(|line| line.split_once("// ").map_or(line, |(code, _)| code));
            text.extend(code.filter(|line| !line.trim_start().starts_with("//")).flat_map(|line| [line, "\n"]));
        }
    }
    text
}

/// The codes that tests demand of the built `iac` in so many words: `.fails("…")`.
fn demanded(tests: &str) -> BTreeSet<&str> {
    // Put together, so that this line is no such call.
    let calls = tests.split(concat!(".fails", "(")).skip(1);
    calls.filter_map(|rest| rest.trim_start().strip_prefix('"')?.split('"').next()).collect()
}

/// The codes that `docs/errors.md` lists.
fn codes() -> Vec<String> {
    let page = fs::read_to_string(root().join("docs/errors.md")).unwrap();
    let code = |line: &str| Some(line.strip_prefix("| `")?.split_once('`')?.0.to_owned());
    page.lines().filter_map(code).collect()
}

#[test]
fn tests_ask_only_for_codes_that_there_are() {
    let (tests, codes) = (tests(), codes());
    let is_known = |code: &&str| codes.iter().any(|known| known == code);
    let unknown: Vec<_> = demanded(&tests).into_iter().filter(|code| !is_known(code)).collect();
    assert_eq!(unknown, Vec::<&str>::new());
    assert!(codes.len() > 40, "the page lists its codes: {codes:?}");
}

/// Reads the tests and runs none: it finds a code that no test demands. Whether `iac` ends with it is what the tests that
/// demand it show, each where it stands.
#[test]
fn every_code_is_demanded_by_some_test() {
    let (tests, codes) = (tests(), codes());
    let demanded = demanded(&tests);
    let without: Vec<&str> = codes.iter().map(String::as_str).filter(|code| !demanded.contains(code)).collect();
    let tables: BTreeSet<&str> = THROUGH_TABLES.into();
    assert_eq!(without.into_iter().collect::<BTreeSet<_>>(), tables, "no test demands it, or one does that is listed");
    for code in tables {
        let rows = tests.matches(&format!("\"{code}\"")).count();
        assert!(rows > 1, "`{code}` stands in no table");
    }
}
