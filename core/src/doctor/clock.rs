//! Whether this machine's clock agrees with AWS's, which refuses requests that were signed at another time.

use super::Check;

/// What AWS tolerates, in seconds
/// (<https://docs.aws.amazon.com/IAM/latest/UserGuide/signature-v4-troubleshooting.html>).
const TOLERATED: u64 = 5 * 60;
/// What no network explains, in seconds: the clock runs away.
const NOTICEABLE: u64 = 60;

/// Judges a clock that is this many seconds ahead of AWS's, or behind it where the number is negative.
#[must_use]
pub fn clock(ahead_seconds: i64) -> Check {
    const NAME: &str = "clock";
    let by = ahead_seconds.unsigned_abs();
    let direction = if ahead_seconds < 0 { "behind" } else { "ahead of" };
    let found = format!("{by} s {direction} AWS's");
    let mend = "set it, and let it be kept right: `timedatectl set-ntp true`";
    match by {
        TOLERATED.. => Check::failed(NAME, format!("{found}, which refuses requests from {TOLERATED} s on"), mend),
        NOTICEABLE.. => Check::warning(NAME, found, mend),
        0..2 => Check::ok(NAME, "agrees with AWS's"),
        _ => Check::ok(NAME, found),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::Outcome::{self, Failed, Ok, Warning};

    #[test]
    fn five_minutes_are_too_much_and_one_is_strange() {
        let outcomes = |seconds: &[i64]| seconds.iter().map(|ahead| clock(*ahead).outcome).collect::<Vec<Outcome>>();
        assert_eq!(
            outcomes(&[0, -1, 59, -59, 60, -299, 300, i64::MIN]),
            [Ok, Ok, Ok, Ok, Warning, Warning, Failed, Failed]
        );
        assert_eq!(clock(-301).found, "301 s behind AWS's, which refuses requests from 300 s on");
        assert_eq!((clock(1).found.as_str(), clock(2).found.as_str()), ("agrees with AWS's", "2 s ahead of AWS's"));
    }
}
