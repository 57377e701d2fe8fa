//! What of a URL may be shown, and whether what is sent there can be read on the way.

use std::net::{Ipv4Addr, Ipv6Addr};

/// Returns the URL with the user name and the password before its host as `***`; anything else is returned as it is.
#[must_use]
pub fn without_password(url: &str) -> String {
    let start = url.find("://").map_or(0, |scheme| scheme + 3);
    // A password may hold any character that somebody forgot to escape, so all up to the last `@` may be one.
    match url[start..].rfind('@') {
        Some(end) => format!("{}***{}", &url[..start], &url[start + end..]),
        None => url.to_owned(),
    }
}

/// Whether the URL is one of plain HTTP to another machine, which anybody on the way can read and change.
#[must_use]
pub fn is_plain_elsewhere(url: &str) -> bool {
    let scheme = url.get(..7).filter(|scheme| scheme.eq_ignore_ascii_case("http://"));
    scheme.is_some_and(|scheme| !is_loopback(host(&url[scheme.len()..])))
}

/// The host of what follows the scheme.
fn host(rest: &str) -> &str {
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let place = authority.rsplit_once('@').map_or(authority, |(_, place)| place);
    match place.strip_prefix('[') {
        Some(bracketed) => bracketed.split(']').next().unwrap_or_default(),
        None => place.split(':').next().unwrap_or_default(),
    }
}

/// Whether a host is this machine by its name or address; nothing is looked up.
fn is_loopback(host: &str) -> bool {
    let name = host.trim_end_matches('.').to_ascii_lowercase();
    let is_address = host.parse::<Ipv4Addr>().is_ok_and(|address| address.is_loopback())
        || host.parse::<Ipv6Addr>().is_ok_and(|address| address.to_canonical().is_loopback());
    name == "localhost" || name.ends_with(".localhost") || is_address
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_http_to_another_machine_can_be_read_on_the_way() {
        for url in [
            "https://ec2.us-east-1.amazonaws.com",
            "http://127.0.0.1:5000",
            "http://127.8.9.10/",
            "http://localhost:4566",
            "http://LOCALHOST.",
            "http://s3.localhost/x",
            "http://[::1]:1/a",
            "http://[::ffff:127.0.0.1]/",
            "http://me:pass@127.0.0.1/",
            "not a url",
            "",
        ] {
            assert!(!is_plain_elsewhere(url), "{url}");
        }
        for url in [
            "http://10.0.0.1:5000",
            "HTTP://moto:5000",
            "http://localhost.example.com",
            "http://127.0.0.1@evil.example/",
            "http://[fe80::1]/",
            "http://evil.example/127.0.0.1",
            "http://evil.example?localhost",
        ] {
            assert!(is_plain_elsewhere(url), "{url}");
        }
    }

    #[test]
    fn no_password_is_shown() {
        assert_eq!(without_password("https://me:secret@host.example/a"), "https://***@host.example/a");
        assert_eq!(without_password("http://token@[::1]:1"), "http://***@[::1]:1");
        assert_eq!(without_password("https://me:p@ss/w?rd#@host.example"), "https://***@host.example");
        assert_eq!(without_password("htp:/me:secret@host"), "***@host");
        assert_eq!(without_password("https://host.example/a"), "https://host.example/a");
    }
}
