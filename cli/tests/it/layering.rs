//! The directions of dependency inside `cli`, which the compiler does not see: everything is one crate there.

use std::fs;
use std::path::{Path, PathBuf};

use crate::harness::root;

/// Every source file below a folder of `cli/src`, or the one file.
fn sources(below: &str) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    let mut waiting = vec![root().join("cli/src").join(below)];
    while let Some(path) = waiting.pop() {
        if path.is_dir() {
            waiting.extend(fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path).unwrap();
            found.push((path, text));
        }
    }
    assert!(!found.is_empty(), "no source in {below}");
    found
}

/// The lines that hold a word, with their files; comments may name what they like.
fn lines_with<'a>(files: &'a [(PathBuf, String)], word: &str) -> Vec<(&'a Path, &'a str)> {
    let code = |line: &&str| !line.trim_start().starts_with("//");
    let holds = |path: &'a Path, text: &'a str| {
        text.lines().filter(code).filter(|line| line.contains(word)).map(move |line| (path, line)).collect::<Vec<_>>()
    };
    files.iter().flat_map(|(path, text)| holds(path, text)).collect()
}

#[test]
fn only_the_aws_folder_names_the_sdk() {
    let (inside, outside): (Vec<_>, Vec<_>) =
        sources("").into_iter().partition(|(path, _)| path.starts_with(root().join("cli/src/aws")));
    for word in ["aws_sdk_", "aws_config", "aws_smithy_"] {
        assert_eq!(lines_with(&outside, word), [], "{word}");
        assert!(!lines_with(&inside, word).is_empty(), "{word}: the test looks for what is not there");
    }
}

#[test]
fn the_layers_below_know_neither_arguments_nor_commands_nor_terminal() {
    for layer in ["aws", "ssh", "files", "proof"] {
        let folder = root().join("cli/src").join(layer);
        let files = if folder.is_dir() { sources(layer) } else { sources(&format!("{layer}.rs")) };
        for word in ["crate::args", "crate::commands", "crate::work", "crate::ui", "crate::error"] {
            assert_eq!(lines_with(&files, word), [], "{layer}");
        }
    }
}

/// The rooms of `work`, each with those that it may use: none goes round in a circle.
const ROOMS: [(&str, &[&str]); 16] = [
    ("patience", &[]),
    ("measured", &[]),
    ("writable", &[]),
    ("scope", &[]),
    ("select", &[]),
    ("image", &[]),
    ("fitting", &[]),
    ("records", &["patience"]),
    ("lock", &["patience"]),
    ("key", &["lock", "patience"]),
    ("group", &["patience"]),
    ("host_key", &["lock", "patience"]),
    ("sweep", &["host_key"]),
    ("target", &["host_key", "key", "patience", "select"]),
    ("host", &["fitting", "patience", "target"]),
    ("instance", &["fitting", "group", "host", "host_key", "image", "key", "patience", "select"]),
];

/// The names that a source imports from below a module, by `use` or in the code.
fn named_below(text: &str, module: &str) -> Vec<String> {
    let word = |text: &str| text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>();
    let after = text.split(module).skip(1);
    after
        .flat_map(|rest| match rest.strip_prefix('{') {
            // Inside braces a name is a room where it stands first or behind a comma outside of inner braces.
            Some(list) => {
                let mut depth = 0;
                let end = list.find("};").unwrap_or(list.len());
                let parts = list[..end].split(|c| {
                    depth += i32::from(c == '{') - i32::from(c == '}');
                    c == ',' && depth == 0
                });
                parts.map(|part| word(part.trim())).collect()
            }
            None => vec![word(rest)],
        })
        .collect()
}

#[test]
fn no_command_calls_another() {
    let folder = root().join("cli/src/commands");
    for (path, text) in sources("commands") {
        let own = path.strip_prefix(&folder).unwrap().components().next().unwrap().as_os_str().to_str().unwrap();
        let own = own.trim_end_matches(".rs");
        let others = named_below(&text, "crate::commands::");
        let elsewhere: Vec<_> = others.iter().filter(|name| *name != own).collect();
        assert!(own == "mod" || elsewhere.is_empty(), "{}: {elsewhere:?}", path.display());
    }
}

#[test]
fn the_rooms_of_work_are_in_order() {
    let folder = root().join("cli/src/work");
    let mut used = 0;
    for (path, text) in sources("work") {
        for word in ["crate::commands", "ui.data("] {
            assert!(!text.contains(word), "{}: {word}", path.display());
        }
        let own = path.strip_prefix(&folder).unwrap().components().next().unwrap().as_os_str().to_str().unwrap();
        let own = own.trim_end_matches(".rs");
        if own == "mod" {
            continue;
        }
        let (_, allowed) = ROOMS.iter().find(|(room, _)| *room == own).unwrap_or_else(|| panic!("no row for {own}"));
        let rooms =
            named_below(&text, "crate::work::").into_iter().filter(|name| ROOMS.iter().any(|(room, _)| room == name));
        for room in rooms.filter(|room| room != own) {
            used += 1;
            assert!(allowed.contains(&room.as_str()), "{} may not use `{room}`", path.display());
        }
    }
    assert!(used > 20, "the test looks for what is not there");
    for (place, (room, allowed)) in ROOMS.iter().enumerate() {
        let above: Vec<_> = ROOMS[..place].iter().map(|(room, _)| *room).collect();
        assert!(allowed.iter().all(|used| above.contains(used)), "{room} uses what stands below it");
    }
}

/// A failure gets its meaning where it meets the user's words: that of a layer below in `error/`, that of a command in the
/// command. Below, nobody knows what a person would type next.
#[test]
fn hints_stand_where_a_failure_gets_its_meaning() {
    let words_them = |path: &Path| {
        let below = path.strip_prefix(root().join("cli/src")).unwrap();
        // The last four decide something themselves: what an access key is read from, that the user has stopped, that the
        // program has a bug, that nobody can be asked.
        ["error", "error.rs", "commands", "work", "credentials.rs", "interrupt.rs", "panics.rs", "ui.rs"]
            .iter()
            .any(|part| below.starts_with(part))
    };
    let (words, none): (Vec<_>, Vec<_>) = sources("").into_iter().partition(|(path, _)| words_them(path));
    assert_eq!(lines_with(&none, ".hint("), []);
    assert!(!lines_with(&words, ".hint(").is_empty(), "the test looks for what is not there");
}

#[test]
fn the_errors_of_the_layers_below_get_their_hints_in_one_place() {
    let (inside, outside): (Vec<_>, Vec<_>) =
        sources("").into_iter().partition(|(path, _)| path.starts_with(root().join("cli/src/error")));
    // What commands share may turn an error type of its own into one for the user.
    let own = |(path, line): &(&Path, &str)| path.starts_with(root().join("cli/src/work")) && is_declared(path, line);
    let elsewhere: Vec<_> = lines_with(&outside, " for Error {").into_iter().filter(|found| !own(found)).collect();
    assert_eq!(
        elsewhere.iter().filter(|(_, line)| line.contains("impl From<")).collect::<Vec<_>>(),
        Vec::<&(&Path, &str)>::new()
    );
    assert!(!lines_with(&inside, " for Error {").is_empty(), "the test looks for what is not there");
}

/// Whether the type that a line converts from is declared in the same file.
fn is_declared(path: &Path, line: &str) -> bool {
    let Some((_, rest)) = line.split_once("impl From<") else { return false };
    let name = rest.split_once('>').unwrap().0;
    let text = fs::read_to_string(path).unwrap();
    text.contains(&format!("enum {name} ")) || text.contains(&format!("struct {name} "))
}

#[test]
fn only_errors_know_exit_statuses() {
    let files: Vec<_> = sources("").into_iter().filter(|(path, _)| !path.ends_with("main.rs")).collect();
    assert_eq!(lines_with(&files, "ExitCode"), []);
}

#[test]
fn only_the_terminal_writes_to_it_and_only_one_file_reads_the_environment() {
    let is_terminal =
        |path: &Path| path.ends_with("ui.rs") || path.parent().is_some_and(|folder| folder.ends_with("ui"));
    let files: Vec<_> = sources("").into_iter().filter(|(path, _)| !is_terminal(path)).collect();
    for word in ["io::stdout()", "io::stderr()"] {
        let elsewhere: Vec<_> = lines_with(&files, word);
        assert_eq!(elsewhere, [], "{word}");
    }
    let readers = lines_with(&files, "env::vars_os");
    assert!(readers.iter().all(|(path, _)| path.ends_with("config/environment.rs")) && !readers.is_empty());
    assert_eq!(lines_with(&files, "env::var("), []);
}
