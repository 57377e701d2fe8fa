//! The options of OpenSSH's client that are ours to say, whatever the user's configuration says of them.
//!
//! OpenSSH takes the first value it meets, so what stands on its command line, or in a block before all others, counts.
//! What is not named here stays the user's: jump hosts, agents, ciphers.
//!
//! A client that does not know an option refuses it, and its user cannot have set it either. So it is left out there.
//! `IgnoreUnknown` would do the same, but the first value of that counts too: it would undo the user's own, with which
//! many a configuration is shared between macOS and Linux.

/// A version of OpenSSH, such as (9, 2).
pub type Version = (u32, u32);

/// An option: its name, its value, and the first version that knows it.
type Fixed = (&'static str, &'static str, Version);

/// The oldest version that is enough; it knows every option without a newer one.
pub const OLDEST: Version = (8, 5);

/// What could do something to the proof of the host key, or to the bytes that pass.
const ALWAYS: [Fixed; 20] = [
    // The host key is in our file under the instance id, or the connection is not made.
    ("StrictHostKeyChecking", "yes", OLDEST),
    ("GlobalKnownHostsFile", "none", OLDEST),
    ("KnownHostsCommand", "none", OLDEST),
    ("VerifyHostKeyDNS", "no", OLDEST),
    ("NoHostAuthenticationForLocalhost", "no", OLDEST),
    // The address is not part of the identity: AWS gives it to another instance tomorrow.
    ("CheckHostIP", "no", OLDEST),
    ("CanonicalizeHostname", "no", OLDEST),
    ("UpdateHostKeys", "no", OLDEST),
    // A connection that somebody else has opened was not checked by us, and ours is shared with nobody.
    ("ControlPath", "none", OLDEST),
    ("ControlMaster", "no", OLDEST),
    ("ControlPersist", "no", OLDEST),
    // What is to run there is said by us, and what it reads and writes is all that passes.
    ("RemoteCommand", "none", OLDEST),
    ("SessionType", "default", (8, 7)),
    ("StdinNull", "no", (8, 7)),
    ("PermitLocalCommand", "no", OLDEST),
    // In the background, nobody learns how the command ended.
    ("ForkAfterAuthentication", "no", (8, 7)),
    ("IdentitiesOnly", "yes", OLDEST),
    ("ServerAliveInterval", "15", OLDEST),
    ("ServerAliveCountMax", "3", OLDEST),
    ("ConnectionAttempts", "1", OLDEST),
];

/// What more could do something where no person sits at a terminal: ask, forward, or take bytes for commands.
const WITHOUT_A_PERSON: [Fixed; 6] = [
    ("BatchMode", "yes", OLDEST),
    ("RequestTTY", "no", OLDEST),
    ("EscapeChar", "none", OLDEST),
    ("ClearAllForwardings", "yes", OLDEST),
    ("ForwardX11", "no", OLDEST),
    ("AddKeysToAgent", "no", OLDEST),
];

/// Returns the options of every connection that a client of this version knows; `None` is a version that nobody can read.
pub fn always(version: Option<Version>) -> impl Iterator<Item = (&'static str, &'static str)> {
    known(&ALWAYS, version)
}

/// Returns the further options of a connection without a person.
pub fn without_a_person(version: Option<Version>) -> impl Iterator<Item = (&'static str, &'static str)> {
    known(&WITHOUT_A_PERSON, version)
}

fn known(options: &'static [Fixed], version: Option<Version>) -> impl Iterator<Item = (&'static str, &'static str)> {
    let knows = move |since: Version| version.is_none_or(|version| version >= since);
    options.iter().filter(move |(.., since)| knows(*since)).map(|(name, value, _)| (*name, *value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_older_client_gets_no_option_that_it_refuses() {
        let names =
            |version| always(version).chain(without_a_person(version)).map(|(name, _)| name).collect::<Vec<_>>();
        let newer: Vec<&str> =
            names(Some((10, 2))).into_iter().filter(|name| !names(Some((8, 6))).contains(name)).collect();
        assert_eq!(newer, ["SessionType", "StdinNull", "ForkAfterAuthentication"]);
        assert_eq!(names(Some((8, 7))), names(None));
        assert!(!names(None).contains(&"IgnoreUnknown"), "the user's own would count no more");
    }
}
