//! Points in time, as documents state them and as the caller states the time of verification. A type of its own, because
//! a bare number leaves open whether it counts seconds or milliseconds, and no other date type should be part of the face.

use std::{fmt, str::FromStr, time::Duration};

use jiff::fmt::friendly::{Designator, SpanPrinter};
use jiff::{RoundMode, Span, SpanRound, Unit};
use serde::{Serialize, Serializer};
use thiserror::Error;

/// A point in time: whole milliseconds since 1970-01-01 00:00 UTC, the unit of attestation documents.
///
/// It is printed, and serialised, as RFC 3339; it is parsed from RFC 3339 or from the bare number of milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(u64);

impl Timestamp {
    /// Takes the milliseconds since 1970-01-01 00:00 UTC.
    #[must_use]
    pub const fn from_milliseconds(milliseconds: u64) -> Self {
        Self(milliseconds)
    }

    /// Gives the milliseconds since 1970-01-01 00:00 UTC.
    #[must_use]
    pub const fn as_milliseconds(self) -> u64 {
        self.0
    }

    /// Gives the time that has passed since `earlier`, zero if that is later.
    #[must_use]
    pub const fn since(self, earlier: Self) -> Duration {
        Duration::from_millis(self.0.saturating_sub(earlier.0))
    }
}

impl fmt::Display for Timestamp {
    /// Prints the number alone where it lies after the year 9999, which RFC 3339 does not reach.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let date = i64::try_from(self.0).ok().and_then(|number| jiff::Timestamp::from_millisecond(number).ok());
        match date {
            Some(date) => date.fmt(formatter),
            None => write!(formatter, "{} ms", self.0),
        }
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// Writes how long something took, such as `5m` or `3s 412ms`, and to the minute what took days: `689d 3h 12m`.
pub(super) fn readable(time: Duration) -> String {
    let smallest = if time < Duration::from_hours(24) { Unit::Millisecond } else { Unit::Minute };
    let rounding = SpanRound::new().largest(Unit::Day).smallest(smallest).mode(RoundMode::Trunc).days_are_24_hours();
    let printer = SpanPrinter::new().designator(Designator::Compact).zero_unit(Unit::Second);
    // Only what takes longer than the calendar's ten thousand years is no span.
    let span = Span::try_from(time).and_then(|span| span.round(rounding));
    span.map_or_else(|_| format!("{time:?}"), |span| printer.span_to_string(&span))
}

/// Why a text is not a point in time.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("a time is written like `2025-01-06T16:07:05Z` or as milliseconds since 1970, not `{0}`")]
pub struct ParseTimestampError(String);

impl FromStr for Timestamp {
    type Err = ParseTimestampError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let error = || ParseTimestampError(text.to_owned());
        if text.bytes().all(|byte| byte.is_ascii_digit()) {
            return text.parse().map(Self).map_err(|_| error());
        }
        let date: jiff::Timestamp = text.parse().map_err(|_| error())?;
        u64::try_from(date.as_millisecond()).map(Self).map_err(|_| error())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_are_read_and_one_is_printed() {
        let time = Timestamp::from_milliseconds(1_736_179_625_472);
        assert_eq!(time.to_string(), "2025-01-06T16:07:05.472Z");
        assert_eq!("2025-01-06T16:07:05.472Z".parse(), Ok(time));
        assert_eq!("2025-01-06T17:07:05.472+01:00".parse(), Ok(time));
        assert_eq!("1736179625472".parse(), Ok(time));
        assert_eq!(Timestamp::from_milliseconds(u64::MAX).to_string(), "18446744073709551615 ms");
    }

    #[test]
    fn anything_else_is_refused() {
        for text in
            ["", "now", "-1", "2025-01-06", "2025-01-06T16:07:05", "1969-12-31T23:59:59Z", "99999999999999999999"]
        {
            assert_eq!(text.parse::<Timestamp>(), Err(ParseTimestampError(text.to_owned())));
        }
    }

    #[test]
    fn times_that_passed_are_written_for_people() {
        let written = |milliseconds| readable(Duration::from_millis(milliseconds));
        let hour = 3_600_000;
        assert_eq!([0, 472, 3_412, 300_000, hour + 1].map(written), ["0s", "472ms", "3s 412ms", "5m", "1h 1ms"]);
        assert_eq!([24 * hour, 49 * hour + 61_500].map(written), ["1d", "2d 1h 1m"]);
        assert_eq!(written(u64::MAX), "18446744073709551.615s");
    }
}
