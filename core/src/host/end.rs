//! When an instance ends itself: what its host says, what its tags say, and how much time that leaves.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::duration;
use crate::observed::{Instance, InstanceState};
use crate::tag;

/// Reads the end that a host has written, seconds since 1970 before anything else.
#[must_use]
pub fn read(text: &str) -> Option<Timestamp> {
    let seconds = text.split_ascii_whitespace().next()?;
    Timestamp::from_second(seconds.parse().ok()?).ok()
}

/// Reads what the host's script answers when it has armed or moved the end: `end SECONDS`.
#[must_use]
pub fn answer(said: &str) -> Option<Timestamp> {
    said.lines().find_map(|line| read(line.strip_prefix("end ")?))
}

/// Says how long it is from now until an end: `1h 59m`, or nothing where it has passed.
#[must_use]
pub fn left(end: Timestamp, now: Timestamp) -> Option<String> {
    (end > now).then(|| duration::age(now, end))
}

/// Returns the `ttl` that an instance was launched with, or that it has been given since.
#[must_use]
pub fn ttl(instance: &Instance) -> Option<Duration> {
    duration::parse(tag::value(&instance.tags, tag::TTL)?).ok()
}

/// Returns when an instance ends, as far as its tags say, and whether its host has told so; until then it is reckoned from
/// the launch. An instance that is ending has no end to come.
#[must_use]
pub fn expected(instance: &Instance) -> Option<(Timestamp, bool)> {
    let has_end = tag::value(&instance.tags, tag::TTL).is_some() && !instance.state.is_ending();
    let told = told(instance).filter(|_| has_end).map(|end| (end, true));
    let reckoned = || {
        let ttl = SignedDuration::try_from(ttl(instance)?).ok()?;
        Some((instance.launch_time?.checked_add(ttl).ok()?, false))
    };
    told.or_else(|| reckoned().filter(|_| has_end))
}

/// Reads the end that the host has told.
fn told(instance: &Instance) -> Option<Timestamp> {
    tag::value(&instance.tags, tag::ENDS)?.parse().ok()
}

/// Returns by how much the end on a host still has to be moved for its `ttl` to be longer by `by`, if at all.
///
/// What counts is the end that the tags tell: one that an interrupted run has moved on the host, but not told yet, is not
/// moved twice.
#[must_use]
pub fn still_to_add(instance: &Instance, on_host: Timestamp, by: Duration) -> Option<Duration> {
    let by = SignedDuration::try_from(by).ok()?;
    let wanted = told(instance).unwrap_or(on_host).checked_add(by).ok()?;
    let rest = wanted.duration_since(on_host);
    Duration::try_from(rest).ok().filter(|rest| !rest.is_zero())
}

/// Says how much time an instance has left, as lists show it; nothing where it does not end by itself.
///
/// Until the host has told its end, it is reckoned from the launch. A stopped instance does not end: its timer stands
/// still with it, and it goes on costing its volume.
#[must_use]
pub fn remark(instance: &Instance, now: Timestamp) -> String {
    if tag::value(&instance.tags, tag::TTL).is_none() || instance.state.is_ending() {
        return String::new();
    }
    let Some((end, is_told)) = expected(instance) else { return "unknown".to_owned() };
    let about = if is_told { "" } else { "about " };
    let is_stopped = matches!(instance.state, InstanceState::Stopped | InstanceState::Stopping);
    match left(end, now) {
        Some(left) if is_stopped => format!("{about}{left}, stopped"),
        Some(left) => format!("{about}{left}"),
        None if is_stopped => "expired, stopped".to_owned(),
        None => "expired".to_owned(),
    }
}

/// Says what a stop means for an instance that is to end itself; nothing where it is not.
#[must_use]
pub fn stop_warning(instance: &Instance) -> Option<&'static str> {
    let has_end = tag::value(&instance.tags, tag::TTL).is_some();
    has_end.then_some(
        "a stopped instance does not end by itself: its `ttl` counts again, and may be over, once it is started",
    )
}

/// The tag of an end.
#[must_use]
pub fn tag(end: Timestamp) -> tag::Tag {
    tag::Tag::new(tag::ENDS, end.to_string())
}

/// The tag of a launch that is to end itself.
#[must_use]
pub fn launch_tag(ttl: Duration) -> tag::Tag {
    tag::Tag::new(tag::TTL, duration::print(ttl))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tag::Tag;

    const LAUNCH: i64 = 1_800_000_000;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(LAUNCH + second).expect("a time")
    }

    fn instance(state: &str, tags: Vec<Tag>) -> Instance {
        Instance { tags, launch_time: Some(at(0)), ..Instance::new("i-1", InstanceState::from(state)) }
    }

    #[test]
    fn lists_say_how_much_time_is_left() {
        let ttl = launch_tag(Duration::from_hours(2));
        let ends = tag(at(7300));
        let cases = [
            ("running", vec![], 0, ""),
            ("running", vec![ttl.clone()], 60, "about 1h 59m"),
            ("running", vec![ttl.clone(), ends.clone()], 100, "2h"),
            ("running", vec![ttl.clone(), ends.clone()], 7300, "expired"),
            ("stopped", vec![ttl.clone(), ends.clone()], 100, "2h, stopped"),
            ("stopped", vec![ttl.clone(), ends.clone()], 7301, "expired, stopped"),
            ("stopping", vec![ttl.clone(), ends], 7301, "expired, stopped"),
            ("shutting-down", vec![ttl.clone()], 7301, ""),
            ("running", vec![Tag::new(tag::TTL, "soon")], 0, "unknown"),
            ("running", vec![ttl, Tag::new(tag::ENDS, "soon")], 3600, "about 1h"),
        ];
        for (state, tags, now, expected) in cases {
            assert_eq!(remark(&instance(state, tags.clone()), at(now)), expected, "{state} {tags:?} {now}");
        }
    }

    #[test]
    fn a_stop_is_warned_of_where_it_keeps_an_end_from_coming() {
        assert_eq!(stop_warning(&instance("running", vec![])), None);
        assert!(stop_warning(&instance("running", vec![launch_tag(Duration::from_hours(2))])).is_some());
    }

    #[test]
    fn what_a_host_says_is_read() {
        assert_eq!(read("1800000000 i-1\n"), Some(at(0)));
        assert_eq!((read(""), read("soon i-1"), read("99999999999999999999")), (None, None, None));
        assert_eq!(answer("Created symlink …\nend 1800000000\n"), Some(at(0)));
        assert_eq!((answer("end\n"), answer("1800000000")), (None, None));
    }

    #[test]
    fn tags_are_read_again() {
        assert_eq!(tag(at(0)).value, "2027-01-15T08:00:00Z");
        assert_eq!(launch_tag(Duration::from_mins(90)), Tag::new("bky:iac:ttl", "1h30m"));
    }

    #[test]
    fn an_interrupted_move_is_not_made_twice() {
        let at = |hours: i64| Timestamp::from_second(1_800_000_000 + 3600 * hours).expect("a time");
        let hours = Duration::from_hours;
        let told = instance("running", vec![Tag::new(tag::TTL, "2h"), tag(at(2))]);
        assert_eq!(still_to_add(&told, at(2), hours(6)), Some(hours(6)));
        assert_eq!(still_to_add(&told, at(5), hours(6)), Some(hours(3)), "what is there already is not added again");
        assert_eq!(still_to_add(&told, at(8), hours(6)), None);
        let untold = instance("running", vec![Tag::new(tag::TTL, "2h")]);
        assert_eq!(still_to_add(&untold, at(2), hours(6)), Some(hours(6)));
    }
}
