//! How far the set-up of a host is: what its script prints, and leaves on the host while it works.

use serde::Serialize;

/// How a step ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// It was so already.
    Unchanged,
    /// It is so now.
    Changed,
    /// It is not so, and the steps after it were not tried.
    Failed,
}

/// One step of the set-up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Step {
    /// What it sees to, such as `packages`.
    pub step: String,
    /// How it ended.
    pub outcome: Outcome,
}

/// A set-up as its script tells of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SetUp {
    /// The steps that have ended, in order.
    pub steps: Vec<Step>,
    /// Whether all of it has ended, well or not.
    pub has_ended: bool,
    /// Where the files that it has written over are kept.
    pub kept: Vec<String>,
    /// The last lines of its log, where a step failed.
    pub log: Vec<String>,
}

/// How a set-up stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// None was ever begun.
    None,
    /// It works on.
    Running,
    /// It was cut off before its end.
    Interrupted,
    /// One of its steps failed.
    Failed,
    /// All its steps are done.
    Done,
}

impl SetUp {
    /// Reads the script's lines; others are left out.
    #[must_use]
    pub fn read(said: &str) -> Self {
        let mut read = Self::default();
        for line in said.lines() {
            match line.split_once(' ') {
                Some(("end", _)) => read.has_ended = true,
                Some(("log", said)) => read.log.push(said.to_owned()),
                Some(("kept", path)) => read.kept.push(path.to_owned()),
                Some((step, outcome)) => {
                    let outcome = match outcome {
                        "unchanged" => Outcome::Unchanged,
                        "changed" => Outcome::Changed,
                        "failed" => Outcome::Failed,
                        _ => continue,
                    };
                    read.steps.push(Step { step: step.to_owned(), outcome });
                }
                None => {}
            }
        }
        read
    }

    /// Returns the step that failed.
    #[must_use]
    pub fn failed(&self) -> Option<&str> {
        self.steps.iter().find(|step| step.outcome == Outcome::Failed).map(|step| step.step.as_str())
    }

    /// Returns how it stands, given whether its script still works.
    #[must_use]
    pub fn state(&self, is_running: bool) -> State {
        match (self.has_ended, self.failed()) {
            (_, Some(_)) => State::Failed,
            (true, None) => State::Done,
            (false, None) if is_running => State::Running,
            (false, None) => State::Interrupted,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_up_tells_how_far_it_is() {
        let read = |text: &str| SetUp::read(text);
        assert_eq!(read("device unchanged\npackages changed\n").state(true), State::Running);
        assert_eq!(read("device unchanged\npackages changed\n").state(false), State::Interrupted);
        assert_eq!(read("").state(false), State::Interrupted);
        let failed = read("device unchanged\npackages failed\nlog it is not there\nlog \nend failed\n");
        assert_eq!((failed.state(false), failed.failed()), (State::Failed, Some("packages")));
        assert_eq!(failed.log, ["it is not there", ""]);
        let kept = read("kept /etc/a.before-1\nallocator changed\n");
        assert_eq!((kept.kept.as_slice(), kept.steps.len()), (&["/etc/a.before-1".to_owned()][..], 1));
        let done = read("noise\nmemory changed\nsudo: a word\nend done\n");
        assert_eq!((done.state(false), done.steps.len()), (State::Done, 1));
    }
}
