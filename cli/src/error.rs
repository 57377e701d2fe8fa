//! The error a person sees: a kind with a stable code, what failed, what caused it and what to type next.
//!
//! This is the one place that knows exit codes. The layers below return error types of their own; what those mean to a
//! person, with the hints, stands in `error/` beside this. A command that finds something wrong itself makes its error, with
//! the hint, where it finds it.

mod aws;
mod config;
mod dns;
mod kind;
mod launch;
mod local;
mod proof;
mod public_address;
mod sizing;
mod ssh;
mod upload;
mod usage;

use serde::Serialize;

pub(crate) use config::unknown_partition;
pub(crate) use kind::Kind;
pub(crate) use launch::{refused_launch, refused_start};
pub(crate) use local::file_failed;

/// The result of everything a command does.
pub(crate) type Result<T> = std::result::Result<T, Error>;

/// A failure in the words of the user, printed as `error:`, `caused by:` and `hint:` lines.
#[derive(Debug, Clone)]
pub(crate) struct Error(Box<Report>);

#[derive(Debug, Clone)]
struct Report {
    kind: Kind,
    message: String,
    causes: Vec<String>,
    hints: Vec<String>,
    aws: Option<AwsAnswer>,
    made: Vec<Made>,
    /// Whether the world is not any more what the command decided from.
    moved: bool,
}

/// What AWS said when it refused, for a support case: its code and the request's id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct AwsAnswer {
    pub(crate) code: Option<String>,
    pub(crate) request_id: Option<String>,
}

/// Something that exists because of a command that failed afterwards.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Made {
    /// `instance`, `key pair`, `security group` or `file`.
    pub(crate) kind: &'static str,
    /// The AWS id, or the path of a file.
    pub(crate) id: String,
    /// The name the user gave it.
    pub(crate) name: Option<String>,
}

impl Error {
    /// Makes an error of this kind; the message is lower case, without a final period.
    pub(crate) fn new(kind: Kind, message: impl Into<String>) -> Self {
        Self(Box::new(Report {
            kind,
            message: message.into(),
            causes: Vec::new(),
            hints: Vec::new(),
            aws: None,
            made: Vec::new(),
            moved: false,
        }))
    }

    /// Gives the failure its meaning in the command at hand; what was said so far becomes a cause.
    #[must_use]
    pub(crate) fn becomes(mut self, kind: Kind, message: impl Into<String>) -> Self {
        let message = std::mem::replace(&mut self.0.message, message.into());
        self.0.causes.insert(0, message);
        self.0.kind = kind;
        self.0.hints.clear();
        self
    }

    /// Adds a `caused by:` line.
    #[must_use]
    #[expect(clippy::needless_pass_by_value, reason = "an error or a text ends here; nobody needs it afterwards")]
    pub(crate) fn cause(mut self, cause: impl ToString) -> Self {
        self.0.causes.push(cause.to_string());
        self
    }

    /// Adds a failure that came beside this one, with all that it says; no hint is given twice. Together they say that the
    /// world has moved only if each of them does.
    #[must_use]
    pub(crate) fn beside(mut self, other: Self) -> Self {
        let Report { message, causes, hints, made, moved, .. } = *other.0;
        self.0.moved &= moved;
        self.0.causes.push(message);
        self.0.causes.extend(causes);
        let new = hints.into_iter().filter(|hint| !self.0.hints.contains(hint)).collect::<Vec<_>>();
        self.0.hints.extend(new);
        self.0.made.extend(made);
        self
    }

    /// Adds a `hint:` line: what to type or to do next.
    #[must_use]
    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.0.hints.push(hint.into());
        self
    }

    /// Adds what AWS answered.
    #[must_use]
    pub(crate) fn answered(mut self, aws: AwsAnswer) -> Self {
        self.0.aws = Some(aws);
        self
    }

    /// Adds something that exists although the command failed.
    #[must_use]
    pub(crate) fn made(mut self, made: impl IntoIterator<Item = Made>) -> Self {
        self.0.made.extend(made);
        self
    }

    /// Adds what exists although the command failed, unless it is named already.
    #[must_use]
    pub(crate) fn made_before(mut self, made: &[Made]) -> Self {
        let new: Vec<Made> = made.iter().filter(|made| !self.0.made.contains(made)).cloned().collect();
        self.0.made.splice(0..0, new);
        self
    }

    /// Says that the world is not any more what the command decided from: another look leads to another decision.
    ///
    /// Only whoever sees that says so; no kind of failure means it by itself.
    #[must_use]
    pub(crate) fn moved(mut self) -> Self {
        self.0.moved = true;
        self
    }

    /// Whether it was said that the world has moved.
    pub(crate) fn has_world_moved(&self) -> bool {
        self.0.moved
    }

    pub(crate) fn kind(&self) -> Kind {
        self.0.kind
    }

    /// The code that AWS gave, if it was AWS that refused.
    pub(crate) fn aws_code(&self) -> Option<&str> {
        self.0.aws.as_ref()?.code.as_deref()
    }

    pub(crate) fn message(&self) -> &str {
        &self.0.message
    }

    /// The lines for stderr, in order, each with its label.
    pub(crate) fn lines(&self) -> Vec<(Label, String)> {
        let Report { message, causes, hints, aws, made, .. } = &*self.0;
        let mut lines = vec![(Label::Error, message.clone())];
        lines.extend(causes.iter().map(|cause| (Label::Cause, cause.clone())));
        if let Some(request) = aws.as_ref().and_then(|aws| aws.request_id.as_ref()) {
            lines.push((Label::Cause, format!("AWS request {request}")));
        }
        lines.extend(made.iter().map(|made| (Label::Made, made.to_string())));
        lines.extend(hints.iter().map(|hint| (Label::Hint, hint.clone())));
        lines
    }

    /// The one document that stdout has under JSON when a command fails.
    pub(crate) fn document(&self) -> impl Serialize + use<> {
        #[derive(Serialize)]
        struct Document {
            error: Body,
            made: Vec<Made>,
        }
        #[derive(Serialize)]
        struct Body {
            code: &'static str,
            message: String,
            causes: Vec<String>,
            hints: Vec<String>,
            aws: Option<AwsAnswer>,
        }
        let Report { kind, message, causes, hints, aws, made, moved: _ } = (*self.0).clone();
        Document { error: Body { code: kind.code(), message, causes, hints, aws }, made }
    }
}

/// What a line of an error is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Label {
    Error,
    Cause,
    Made,
    Hint,
}

impl std::fmt::Display for Label {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Error => "error",
            Self::Cause => "caused by",
            Self::Made => "exists",
            Self::Hint => "hint",
        })
    }
}

impl std::fmt::Display for Made {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.name {
            Some(name) => write!(f, "{} `{name}` {}", self.kind, self.id),
            None => write!(f, "{} {}", self.kind, self.id),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_two_failures_nothing_is_lost() {
        let made = |id: &str| Made { kind: "key pair", id: id.to_owned(), name: None };
        let failed = |message: &str| Error::new(Kind::AwsUnreachable, message).hint("look at the network");
        let first = failed("one failed").cause("no route").made([made("key-1")]);
        let other = failed("two failed").cause("no name").hint("wait").made([made("key-2")]);
        let lines: Vec<_> =
            first.beside(other).lines().iter().map(|(label, text)| format!("{label}: {text}")).collect();
        insta::assert_snapshot!(lines.join("\n"), @r"
        error: one failed
        caused by: no route
        caused by: two failed
        caused by: no name
        exists: key pair key-1
        exists: key pair key-2
        hint: look at the network
        hint: wait
        ");
    }

    #[test]
    fn the_world_has_moved_only_where_every_failure_says_so() {
        let failed = |moved: bool| {
            let error = Error::new(Kind::AwsRefused, "it is gone");
            if moved { error.moved() } else { error }
        };
        for (first, other) in [(true, true), (true, false), (false, true), (false, false)] {
            assert_eq!(failed(first).beside(failed(other)).has_world_moved(), first && other);
        }
        assert!(failed(true).becomes(Kind::AwsDenied, "no").cause("why").has_world_moved());
    }
}
