//! How what a document says is laid out for people, whether it is believed or not: every value in full.

use std::fmt::Write as _;

use data_encoding::HEXLOWER;
use iac_core::text::plain;
use nitro::attestation::Claims;

/// One line a value: module, time, registers, and what the enclave put in.
pub(super) fn claims(claims: &Claims) -> String {
    let mut text = String::new();
    line(&mut text, "module", &plain(&claims.module_id));
    line(&mut text, "instance", &plain(claims.instance_id().unwrap_or("none in the module's id")));
    line(&mut text, "made", &claims.timestamp.to_string());
    let (zero, other): (Vec<_>, Vec<_>) = claims.pcrs.iter().partition(|(_, value)| value.is_zero());
    for (index, value) in other {
        line(&mut text, &format!("PCR{index}"), &value.to_string());
    }
    if !zero.is_empty() {
        let numbers: Vec<_> = zero.iter().map(|(index, _)| index.to_string()).collect();
        line(&mut text, "all zeros", &format!("PCR {}", numbers.join(", ")));
    }
    line(&mut text, "public key", &bytes(claims.public_key.as_deref()));
    line(&mut text, "user data", &bytes(claims.user_data.as_deref()));
    line(&mut text, "nonce", &bytes(claims.nonce.as_deref()));
    text
}

/// Adds a named value.
pub(super) fn line(text: &mut String, name: &str, value: &str) {
    writeln!(text, "  {name:<12} {value}").expect("writing to a string cannot fail");
}

fn bytes(bytes: Option<&[u8]>) -> String {
    match bytes {
        None => "none".to_owned(),
        Some([]) => "0 bytes".to_owned(),
        Some(bytes) => format!("{} ({} bytes)", HEXLOWER.encode(bytes), bytes.len()),
    }
}
