//! The `sh` blocks of a page, with the comments that say how they are run.

use std::fs;
use std::path::PathBuf;

use crate::harness::root;

/// A block of commands.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Block {
    pub(super) mark: Mark,
    pub(super) text: String,
}

/// How a block is run.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Mark {
    /// As it stands there.
    None,
    /// After an instance was made.
    WithInstance,
    /// Not at all, for this reason.
    NotRun(String),
}

impl Mark {
    /// Reads the line before a block.
    fn of(line: &str) -> Self {
        let comment = line.trim().strip_prefix("<!-- ").and_then(|rest| rest.strip_suffix(" -->"));
        match comment {
            None => Self::None,
            Some("with an instance") => Self::WithInstance,
            Some(other) => match other.strip_prefix("not run: ") {
                Some(reason) => Self::NotRun(reason.to_owned()),
                None => panic!("no mark: {line}"),
            },
        }
    }
}

/// The blocks of a page, in their order.
pub(super) fn blocks(page: &str) -> Vec<Block> {
    read(&fs::read_to_string(root().join(page)).unwrap())
}

/// The README, the pages and the other texts at the root.
pub(super) fn pages() -> Vec<PathBuf> {
    let folders = [root().to_path_buf(), root().join("docs"), root().join("sandbox"), root().join("nitro")];
    let files = folders.iter().flat_map(|folder| fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()));
    files.filter(|path| path.extension().is_some_and(|extension| extension == "md")).collect()
}

fn read(text: &str) -> Vec<Block> {
    let (mut blocks, mut before) = (Vec::new(), "");
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        if line.trim() == "```sh" {
            let indent = line.len() - line.trim_start().len();
            let inside = lines.by_ref().take_while(|line| line.trim() != "```");
            let text: Vec<&str> = inside.map(|line| line.get(indent..).unwrap_or("")).collect();
            blocks.push(Block { mark: Mark::of(before), text: text.join("\n") + "\n" });
        }
        before = line;
    }
    blocks
}

#[test]
fn blocks_are_read_with_their_marks() {
    let text = "# page\n\n```sh\na\n\nb\n```\n```toml\nc\n```\n<!-- not run: aws -->\n```sh\nd\n```\n\n   ```sh\n   e\n   ```\n";
    let read = read(text);
    let marks: Vec<&Mark> = read.iter().map(|block| &block.mark).collect();
    assert_eq!(marks, [&Mark::None, &Mark::NotRun("aws".to_owned()), &Mark::None]);
    let texts: Vec<&str> = read.iter().map(|block| block.text.as_str()).collect();
    assert_eq!(texts, ["a\n\nb\n", "d\n", "e\n"]);
}
