//! How a run reads in a snapshot: the command as typed, stdout as it is, stderr behind `! `, and a status other than 0.
//!
//! What differs from run to run is masked: the home folder is `~`, the first instance id is `i-1`, the second `i-2`, and
//! so on for as long as the laptop lives.

use std::borrow::Cow;
use std::path::Path;
use std::process::ExitStatus;
use std::sync::{Arc, Mutex};

use regex::{Captures, Regex};

/// Renders a run.
pub(super) fn lines(words: &[Cow<'_, str>], stdout: &str, stderr: &str, status: ExitStatus) -> String {
    let mut text = String::from("$ iac");
    for word in words {
        text.push(' ');
        text.push_str(&quoted(word));
    }
    text.push('\n');
    text.push_str(stdout);
    if !stdout.is_empty() && !stdout.ends_with('\n') {
        text.push_str("(no newline)\n");
    }
    for line in stderr.lines() {
        text.push_str(format!("! {line}").trim_end());
        text.push('\n');
    }
    if !status.success() {
        text.push_str(&format!("({status})\n"));
    }
    text
}

fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "-_./:=@,+".contains(c);
    if !word.is_empty() && word.chars().all(plain) { word.to_owned() } else { format!("'{word}'") }
}

/// What stands in a transcript for what differs from run to run; all runs of a laptop share it.
#[derive(Debug, Clone)]
pub(crate) struct Masks(Arc<Mutex<Names>>);

#[derive(Debug, Default, Clone)]
struct Names {
    /// Texts with the names they were given.
    given: Vec<(String, String)>,
    /// Ids and addresses in the order in which they were first seen.
    seen: Vec<(String, String)>,
}

impl Masks {
    pub(super) fn new(home: &Path) -> Self {
        let masks = Self(Arc::default());
        masks.name(&home.display().to_string(), "~");
        masks
    }

    /// Gives a text a name.
    pub(super) fn name(&self, text: &str, name: &str) {
        self.0.lock().unwrap().given.push((text.to_owned(), name.to_owned()));
    }

    /// The text with a name for everything that has one.
    pub(super) fn apply(&self, text: &str) -> String {
        self.replaced(text, |_, name| name)
    }

    /// The same masks, which learn no more from the others: for a text that may end in the middle of an id.
    pub(super) fn apart(&self) -> Self {
        Self(Arc::new(Mutex::new(self.0.lock().unwrap().clone())))
    }

    /// The same, each id, address and time as wide as it was, so that columns stand where they stood.
    pub(super) fn apply_in_place(&self, text: &str) -> String {
        let mut text = self.replaced(text, |found, name| format!("{name:·<width$}", width = found.chars().count()));
        for (pattern, name) in MEASURED {
            text = Regex::new(pattern).unwrap().replace_all(&text, *name).into_owned();
        }
        text
    }

    fn replaced(&self, text: &str, fitted: impl Fn(&str, String) -> String) -> String {
        let names = &mut *self.0.lock().unwrap();
        let mut text = text.to_owned();
        for (given, name) in &names.given {
            text = text.replace(given, name);
        }
        for (pattern, prefix) in NUMBERED {
            let pattern = Regex::new(pattern).unwrap();
            let masked = |found: &Captures<'_>| fitted(&found[0], names.numbered(&found[0], prefix));
            text = pattern.replace_all(&text, masked).into_owned();
        }
        for (pattern, name) in NAMED {
            let pattern = Regex::new(pattern).unwrap();
            let masked = |found: &Captures<'_>| fitted(&found[0], (*name).to_owned());
            text = pattern.replace_all(&text, masked).into_owned();
        }
        text
    }
}

impl Names {
    /// The name of something seen, such as `i-2` for the second instance.
    fn numbered(&mut self, text: &str, prefix: &str) -> String {
        if let Some((_, name)) = self.seen.iter().find(|(seen, _)| seen == text) {
            return name.clone();
        }
        let alike = self.seen.iter().filter(|(_, name)| name.strip_prefix(prefix).is_some_and(is_number)).count();
        let name = format!("{prefix}{}", alike + 1);
        self.seen.push((text.to_owned(), name.clone()));
        name
    }
}

fn is_number(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

const NUMBERED: &[(&str, &str)] = &[
    // Whole ones only: a line that is drawn may end in the middle of an id.
    (r"\bi-[0-9a-f]{17}\b", "i-"),
    (r"\bsg-[0-9a-f]{17}\b", "sg-"),
    (r"\bsgr-[0-9a-f]{8,17}\b", "sgr-"),
    (r"\bkey-[0-9a-f]{17}\b", "key-"),
    (r"\beni-[0-9a-f]{8,17}\b", "eni-"),
    (r"\bami-[0-9a-f]{8,17}\b", "ami-"),
    (r"\bvpc-[0-9a-f]{8,17}\b", "vpc-"),
    (r"\bsubnet-[0-9a-f]{8,17}\b", "subnet-"),
    (r"\b127\.\d+\.\d+\.\d+\b", "ADDRESS-"),
];

const NAMED: &[(&str, &str)] = &[
    (r"\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|\+00:00)", "TIME"),
    (r"\b\d{4}-\d\d-\d\d\b", "DATE"),
    (r"\bSHA256:[A-Za-z0-9+/]{43}=?", "FINGERPRINT"),
    (r"\b([0-9a-f]{2}:){15,31}[0-9a-f]{2}\b", "FINGERPRINT"),
    (r"\b[0-9a-f]{2}:[0-9a-f:]{8,}…", "FINGER…"),
    (r"\b[A-Za-z0-9+/]{43}=", "FINGERPRINT"),
    (r"\bport \d{4,5}\b", "port PORT"),
    (r"\btcp \d{4,5}\b", "tcp PORT"),
];

/// What a run measures, on screens: ages in tables and in sentences, what is left, versions.
const MEASURED: &[(&str, &str)] = &[
    (r"  (\d[sm] ?|\d\d[sm])", "  AGE"),
    (r"\bfor \d+[sm]\b", "for AGE"),
    (r"(  |in |left: )[78]h( \d+m)?\b", "${1}LEFT"),
    (r"\bOpenSSH_[^\s]+", "OpenSSH_VERSION"),
    (r"\b\d+ MiB free", "MANY MiB free"),
];
