//! Spans of time as people write them, `90s` or `1h30m`, and the age of a thing. A day has 24 hours here.

use std::time::Duration;

use jiff::fmt::friendly::{Designator, Spacing, SpanParser, SpanPrinter};
use jiff::{RoundMode, SignedDuration, Span, SpanRelativeTo, SpanRound, Timestamp, Unit};
use thiserror::Error;

use crate::text::excerpt;

/// The longest span that is taken: 30 days. A longer one is a slip, and an instance that nobody asks for in a month is
/// what this tool is there to prevent.
pub const LONGEST: Duration = Duration::from_hours(30 * 24);

/// Why a span is refused.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum DurationError {
    /// It cannot be read.
    #[error("`{}` is no span of time, expected one such as `90s`, `10m`, `1h30m` or `2d`", excerpt(.0, 40))]
    NotASpan(String),
    /// It is no time at all, or before now.
    #[error("`{}` is not longer than zero", excerpt(.0, 40))]
    NotPositive(String),
    /// It is longer than [`LONGEST`].
    #[error("`{}` is longer than 30 days", excerpt(.0, 40))]
    TooLong(String),
}

/// Reads a span such as `90s`, `10m`, `1h30m` or `2d`.
pub fn parse(text: &str) -> Result<Duration, DurationError> {
    let not_a_span = || DurationError::NotASpan(text.to_owned());
    let span = SpanParser::new().parse_span(text.trim()).map_err(|_| not_a_span())?;
    // Months and years have no fixed length and are refused here.
    let signed = span.to_duration(SpanRelativeTo::days_are_24_hours()).map_err(|_| not_a_span())?;
    if signed <= SignedDuration::ZERO {
        return Err(DurationError::NotPositive(text.to_owned()));
    }
    let duration = Duration::try_from(signed).map_err(|_| not_a_span())?;
    if duration > LONGEST { Err(DurationError::TooLong(text.to_owned())) } else { Ok(duration) }
}

/// Writes a span so that [`parse`] reads the same: `1h30m`.
#[must_use]
pub fn print(duration: Duration) -> String {
    printed(duration, Unit::Nanosecond, Spacing::None)
}

/// Says how old something is, in its two largest units below a day and in whole days from there: `42s`, `3m`, `2h 5m`, `4d`.
///
/// What is from the future, by two clocks that disagree, is `0s` old.
#[must_use]
pub fn age(from: Timestamp, to: Timestamp) -> String {
    let age = Duration::try_from(to.duration_since(from)).unwrap_or_default();
    let smallest = match age.as_secs() {
        0..60 => Unit::Second,
        60..86_400 => Unit::Minute,
        _ => Unit::Day,
    };
    printed(age, smallest, Spacing::BetweenUnits)
}

fn printed(duration: Duration, smallest: Unit, spacing: Spacing) -> String {
    let rounding = SpanRound::new().largest(Unit::Day).smallest(smallest).mode(RoundMode::Trunc).days_are_24_hours();
    let printer = SpanPrinter::new().designator(Designator::Compact).spacing(spacing).zero_unit(Unit::Second);
    // Only ages beyond the calendar's ten thousand years do not fit a span.
    let span = Span::try_from(duration).and_then(|span| span.round(rounding));
    span.map_or_else(|_| format!("{duration:?}"), |span| printer.span_to_string(&span))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn spans_are_read_as_people_write_them() {
        let cases = [
            ("90s", 90),
            ("10m", 600),
            ("1h30m", 5400),
            ("1h 30m", 5400),
            (" 2d ", 172_800),
            ("1w", 604_800),
            ("5 minutes", 300),
            ("720h", 2_592_000),
            ("30d", 2_592_000),
        ];
        for (text, seconds) in cases {
            assert_eq!(parse(text), Ok(Duration::from_secs(seconds)), "{text}");
        }
        assert_eq!(parse("50ms"), Ok(Duration::from_millis(50)));
    }

    #[test]
    fn refused_spans_say_why() {
        let refused = ["", "10", "soon", "1mo", "1y", "0s", "-5m", "5m ago", "30d1s", "999999999h", "\u{1b}[2J"];
        let messages: Vec<_> = refused.iter().map(|text| parse(text).expect_err("refused").to_string()).collect();
        insta::assert_snapshot!(messages.join("\n"), @r"
        `` is no span of time, expected one such as `90s`, `10m`, `1h30m` or `2d`
        `10` is no span of time, expected one such as `90s`, `10m`, `1h30m` or `2d`
        `soon` is no span of time, expected one such as `90s`, `10m`, `1h30m` or `2d`
        `1mo` is no span of time, expected one such as `90s`, `10m`, `1h30m` or `2d`
        `1y` is no span of time, expected one such as `90s`, `10m`, `1h30m` or `2d`
        `0s` is not longer than zero
        `-5m` is not longer than zero
        `5m ago` is not longer than zero
        `30d1s` is longer than 30 days
        `999999999h` is no span of time, expected one such as `90s`, `10m`, `1h30m` or `2d`
        `\u{1b}[2J` is no span of time, expected one such as `90s`, `10m`, `1h30m` or `2d`
        ");
    }

    #[test]
    fn spans_are_written_short() {
        for (seconds, text) in [(90, "1m30s"), (600, "10m"), (5400, "1h30m"), (172_800, "2d"), (0, "0s")] {
            assert_eq!(print(Duration::from_secs(seconds)), text);
        }
        assert_eq!(print(Duration::from_millis(50)), "50ms");
    }

    #[test]
    fn an_age_is_cut_to_what_matters() {
        let cases = [
            (-5, "0s"),
            (0, "0s"),
            (59, "59s"),
            (60, "1m"),
            (239, "3m"),
            (3600, "1h"),
            (7559, "2h 5m"),
            (86_399, "23h 59m"),
            (86_400, "1d"),
            (4 * 86_400 + 80_000, "4d"),
            (400 * 86_400, "400d"),
        ];
        for (seconds, text) in cases {
            let from = Timestamp::from_second(1_800_000_000).expect("a time");
            assert_eq!(age(from, from + SignedDuration::from_secs(seconds)), text, "{seconds}");
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_again(milliseconds in 1u64..=2_592_000_000) {
            let duration = Duration::from_millis(milliseconds);
            prop_assert_eq!(parse(&print(duration)), Ok(duration));
        }
    }
}
