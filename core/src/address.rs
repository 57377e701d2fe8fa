//! The caller's own address, as AWS's public-address service answers it. Whoever answers decides from where SSH is let
//! in, so anything but exactly one public IPv4 address is refused. And what can be the address of an instance.

use std::net::{IpAddr, Ipv4Addr};

use thiserror::Error;

use crate::text::excerpt;

/// Why an answer is not the caller's public address.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum AddressError {
    /// There is nothing in it.
    #[error("the answer is empty")]
    Empty,
    /// It is no address.
    #[error("the answer is no address: `{}`", excerpt(.0, 40))]
    NotAnAddress(String),
    /// It is an address of the other kind.
    #[error("`{0}` is an IPv6 address, expected IPv4")]
    Ipv6(IpAddr),
    /// Nobody outside reaches or has this address.
    #[error("`{address}` is no public address but {reason}")]
    NotPublic {
        /// The address.
        address: Ipv4Addr,
        /// What it is instead.
        reason: &'static str,
    },
}

/// Reads exactly one public IPv4 address with white space around it.
///
/// The ranges that are set aside for documentation (RFC 5737) are taken: nobody has them, and examples use them.
pub fn caller_address(text: &str) -> Result<IpAddr, AddressError> {
    let text = text.trim();
    if text.is_empty() {
        return Err(AddressError::Empty);
    }
    match text.parse() {
        Ok(IpAddr::V4(address)) => match special_use(address) {
            Some(reason) => Err(AddressError::NotPublic { address, reason }),
            None => Ok(address.into()),
        },
        Ok(address) => Err(AddressError::Ipv6(address)),
        Err(_) => Err(AddressError::NotAnAddress(text.to_owned())),
    }
}

/// Tells whether a text is an IP address or a DNS name, and so no option, pattern or further line for OpenSSH.
///
/// See RFC 1123, section 2.1, for names.
#[must_use]
pub fn is_host(text: &str) -> bool {
    let is_label = |label: &str| {
        let is_of_label = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
        (1..=63).contains(&label.len())
            && label.bytes().all(is_of_label)
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    let is_name = || {
        // A last label of digits alone would be a broken IPv4 address.
        let last = text.rsplit('.').next().unwrap_or_default();
        text.len() <= 253 && text.split('.').all(is_label) && !last.bytes().all(|byte| byte.is_ascii_digit())
    };
    text.parse::<IpAddr>().is_ok() || is_name()
}

/// Says what an address is for, if not for a host on the public internet.
///
/// See <https://www.iana.org/assignments/iana-ipv4-special-registry>.
fn special_use(address: Ipv4Addr) -> Option<&'static str> {
    Some(match address.octets() {
        [0, 0, 0, 0] => "the unspecified one",
        [0, ..] => "one of this network",
        [127, ..] => "a loopback one",
        [169, 254, ..] => "a link-local one",
        [100, 64..=127, ..] => "one that a provider shares among customers",
        [192, 0, 0, _] => "one for protocols",
        [198, 18..=19, ..] => "one for benchmarks",
        [224..=239, ..] => "a multicast one",
        [255, 255, 255, 255] => "the broadcast one",
        [240..=255, ..] => "a reserved one",
        _ if address.is_private() => "a private one",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn public_addresses_are_taken() {
        for text in
            ["203.0.113.5", " 198.51.100.1\r\n", "192.0.2.9\n", "8.8.8.8", "100.63.0.1", "172.32.0.1", "1.0.0.1"]
        {
            assert_eq!(caller_address(text).map(|address| address.to_string()).as_deref(), Ok(text.trim()));
        }
    }

    #[test]
    fn only_an_address_or_a_name_is_a_host() {
        for text in ["203.0.113.5", "2001:db8::1", "ec2-203-0-113-5.compute-1.amazonaws.com", "localhost", "xn--e1a.4a"]
        {
            assert!(is_host(text), "{text}");
        }
        let long = format!("{}.com", "a".repeat(64));
        for text in [
            "",
            ".",
            "a..b",
            "a.",
            "-oProxyCommand=id",
            "a-.com",
            "203.0.113.256",
            "203.0.113.5/32",
            "fe80::1%eth0",
            "%h",
            "*",
            "a b",
            "a,b",
            "a\nProxyCommand id",
            "${HOME}",
            "\"a\"",
            "é.com",
            &long,
        ] {
            assert!(!is_host(text), "{text}");
        }
    }

    #[test]
    fn everything_else_is_refused_with_its_reason() {
        let refused = [
            "",
            " \n",
            "<html><body>please log in to the hotel's network</body></html>",
            "203.0.113.5 203.0.113.6",
            "203.0.113.5/32",
            "203.0.113.256",
            "0203.0.113.5",
            "\u{1b}]0;title\u{7}",
            "2001:db8::1",
            "::ffff:203.0.113.5",
            "0.0.0.0",
            "0.1.2.3",
            "10.0.0.1",
            "172.16.0.1",
            "172.31.255.255",
            "192.168.1.1",
            "127.0.0.1",
            "169.254.169.254",
            "100.64.0.1",
            "100.127.255.255",
            "192.0.0.8",
            "198.18.0.1",
            "198.19.255.255",
            "224.0.0.1",
            "239.255.255.255",
            "240.0.0.1",
            "255.255.255.255",
        ];
        let messages: Vec<_> =
            refused.iter().map(|text| caller_address(text).expect_err("refused").to_string()).collect();
        insta::assert_snapshot!(messages.join("\n"), @r"
        the answer is empty
        the answer is empty
        the answer is no address: `<html><body>please log in to the hotel's…`
        the answer is no address: `203.0.113.5 203.0.113.6`
        the answer is no address: `203.0.113.5/32`
        the answer is no address: `203.0.113.256`
        the answer is no address: `0203.0.113.5`
        the answer is no address: `\u{1b}]0;title\u{7}`
        `2001:db8::1` is an IPv6 address, expected IPv4
        `::ffff:203.0.113.5` is an IPv6 address, expected IPv4
        `0.0.0.0` is no public address but the unspecified one
        `0.1.2.3` is no public address but one of this network
        `10.0.0.1` is no public address but a private one
        `172.16.0.1` is no public address but a private one
        `172.31.255.255` is no public address but a private one
        `192.168.1.1` is no public address but a private one
        `127.0.0.1` is no public address but a loopback one
        `169.254.169.254` is no public address but a link-local one
        `100.64.0.1` is no public address but one that a provider shares among customers
        `100.127.255.255` is no public address but one that a provider shares among customers
        `192.0.0.8` is no public address but one for protocols
        `198.18.0.1` is no public address but one for benchmarks
        `198.19.255.255` is no public address but one for benchmarks
        `224.0.0.1` is no public address but a multicast one
        `239.255.255.255` is no public address but a multicast one
        `240.0.0.1` is no public address but a reserved one
        `255.255.255.255` is no public address but the broadcast one
        ");
    }
}
