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

/// Says how much time an instance has left, as lists show it; nothing where it does not end by itself.
///
/// Until the host has told its end, it is reckoned from the launch. A stopped instance does not end: its timer stands
/// still with it, and it goes on costing its volume.
#[must_use]
pub fn remark(instance: &Instance, now: Timestamp) -> String {
    let Some(ttl) = tag::value(&instance.tags, tag::TTL) else { return String::new() };
    if instance.state.is_ending() {
        return String::new();
    }
    let told = tag::value(&instance.tags, tag::ENDS).and_then(|text| text.parse::<Timestamp>().ok());
    let reckoned = || {
        let ttl = SignedDuration::try_from(duration::parse(ttl).ok()?).ok()?;
        instance.launch_time?.checked_add(ttl).ok()
    };
    let Some(end) = told.or_else(reckoned) else { return "unknown".to_owned() };
    let about = if told.is_some() { "" } else { "about " };
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
}
