//! How long a call to AWS may take, and when it is made again: shares of one span, so that whoever changes it keeps their
//! proportions.
//!
//! An answer that does not begin is given up soon and asked for again; one that arrives slowly, such as a thousand
//! instances over a poor line, is given the time it needs. The SDK alone would wait for either without end.

use std::time::Duration;

use aws_config::retry::RetryConfig;
use aws_config::stalled_stream_protection::StalledStreamProtectionConfig;
use aws_config::timeout::TimeoutConfig;

/// How often a call is made in all.
const ATTEMPTS: u32 = 5;

/// The limits of a call that may take `whole`, its repetitions included: of a minute, five seconds for a connection, ten
/// until an answer begins, thirty until one attempt has ended.
pub(super) fn limits(whole: Duration) -> TimeoutConfig {
    TimeoutConfig::builder()
        .connect_timeout(whole / 12)
        .read_timeout(whole / 6)
        .operation_attempt_timeout(whole / 2)
        .operation_timeout(whole)
        .build()
}

/// An answer that has begun and of which nothing more comes is given up as soon as one that does not begin.
pub(super) fn stalls(whole: Duration) -> StalledStreamProtectionConfig {
    StalledStreamProtectionConfig::enabled().grace_period(whole / 6).build()
}

/// Repetitions after pauses that double, the first of at most a second of a minute.
pub(super) fn repetitions(whole: Duration) -> RetryConfig {
    RetryConfig::standard().with_max_attempts(ATTEMPTS).with_initial_backoff(whole / 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_that_never_begins_can_be_asked_for_again_within_the_whole() {
        let whole = Duration::from_mins(1);
        let limits = limits(whole);
        let begins = limits.read_timeout().unwrap();
        assert!(limits.connect_timeout().unwrap() <= begins);
        assert!(begins * (ATTEMPTS - 1) < limits.operation_timeout().unwrap());
        assert!(begins * 2 < limits.operation_attempt_timeout().unwrap(), "a slow answer has more time than none");
        assert_eq!(limits.operation_timeout(), Some(whole));
        assert!(repetitions(whole).initial_backoff() * 2_u32.pow(ATTEMPTS - 2) < begins);
    }
}
