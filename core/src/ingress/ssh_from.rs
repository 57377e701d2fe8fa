//! The setting `ssh_from`: `auto`, or the networks that SSH is let in from.

use std::net::IpAddr;

use ipnet::IpNet;
use thiserror::Error;

use crate::text::excerpt;

/// From where SSH is let in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SshFrom {
    /// From the caller's own public address.
    Auto,
    /// From these networks; never empty.
    List(Vec<IpNet>),
}

/// Why a value of `ssh_from` is refused.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum SshFromError {
    /// There is nothing in it.
    #[error("`ssh_from` is empty, expected `auto` or networks such as `203.0.113.0/24`")]
    Empty,
    /// `auto` stands among networks.
    #[error("`ssh_from` is either `auto` or a list of networks, not both")]
    Mixed,
    /// It is neither a network nor an address.
    #[error("`{}` is no network, expected one such as `203.0.113.0/24`", excerpt(.0, 60))]
    NotANetwork(String),
    /// The address has bits set behind the prefix.
    #[error("`{given}` has host bits set, the network is `{network}`")]
    HostBits {
        /// What was given.
        given: IpNet,
        /// The network that it lies in.
        network: IpNet,
    },
}

impl SshFrom {
    /// Reads the setting from one text: `auto`, or networks separated by commas or blanks.
    pub fn parse(text: &str) -> Result<Self, SshFromError> {
        Self::from_items(text.split(|c: char| c == ',' || c.is_whitespace()).filter(|item| !item.is_empty()))
    }

    /// Reads the setting from a list of texts, each `auto` or a network. A bare address is a network of one.
    pub fn from_items<'a>(items: impl IntoIterator<Item = &'a str>) -> Result<Self, SshFromError> {
        let items: Vec<_> = items.into_iter().map(str::trim).collect();
        match items.as_slice() {
            [] => Err(SshFromError::Empty),
            ["auto"] => Ok(Self::Auto),
            items if items.contains(&"auto") => Err(SshFromError::Mixed),
            items => items.iter().map(|item| network(item)).collect::<Result<_, _>>().map(Self::List),
        }
    }
}

fn network(text: &str) -> Result<IpNet, SshFromError> {
    if let Ok(address) = text.parse::<IpAddr>() {
        return Ok(address.into());
    }
    let given: IpNet = text.parse().map_err(|_| SshFromError::NotANetwork(text.to_owned()))?;
    let network = given.trunc();
    if given == network { Ok(network) } else { Err(SshFromError::HostBits { given, network }) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn networks_and_addresses_are_taken() {
        let list = |texts: &[&str]| Ok(SshFrom::List(texts.iter().map(|text| text.parse().expect("a net")).collect()));
        assert_eq!(SshFrom::parse(" auto\n"), Ok(SshFrom::Auto));
        assert_eq!(SshFrom::parse("203.0.113.5"), list(&["203.0.113.5/32"]));
        assert_eq!(SshFrom::parse("0.0.0.0/0"), list(&["0.0.0.0/0"]));
        assert_eq!(SshFrom::parse("2001:db8::1, 203.0.113.0/24"), list(&["2001:db8::1/128", "203.0.113.0/24"]));
        assert_eq!(SshFrom::from_items(["10.0.0.0/8"]), list(&["10.0.0.0/8"]));
    }

    #[test]
    fn refused_values_say_why() {
        let refused = ["", " , ", "auto, 10.0.0.0/8", "me", "10.0.0.0/33", "203.0.113.5/24", "2001:db8::1/64", "1.2.3"];
        let messages: Vec<_> =
            refused.iter().map(|text| SshFrom::parse(text).expect_err("refused").to_string()).collect();
        insta::assert_snapshot!(messages.join("\n"), @"
        `ssh_from` is empty, expected `auto` or networks such as `203.0.113.0/24`
        `ssh_from` is empty, expected `auto` or networks such as `203.0.113.0/24`
        `ssh_from` is either `auto` or a list of networks, not both
        `me` is no network, expected one such as `203.0.113.0/24`
        `10.0.0.0/33` is no network, expected one such as `203.0.113.0/24`
        `203.0.113.5/24` has host bits set, the network is `203.0.113.0/24`
        `2001:db8::1/64` has host bits set, the network is `2001:db8::/64`
        `1.2.3` is no network, expected one such as `203.0.113.0/24`
        ");
    }
}
