//! What can be typed after `iac attest`, with the types of the values that only it takes.

use std::path::PathBuf;
use std::str::FromStr;

use clap::{Args, Subcommand};
use data_encoding::{BASE64, HEXLOWER_PERMISSIVE};
use nitro::attestation::Timestamp;
use nitro::pcr::{IdentityError, pcr3, pcr4};
use thiserror::Error;

use super::Span;
use super::registers::RegisterOptions;

#[derive(Debug, Args)]
pub(crate) struct AttestCommand {
    #[command(subcommand)]
    pub(crate) verb: AttestVerb,
}

#[derive(Debug, Subcommand)]
pub(crate) enum AttestVerb {
    /// Show everything in a document, without verifying it
    Show {
        /// Attestation document in binary, hexadecimal, base64 or JSON; `-` is stdin
        file: PathBuf,
    },
    /// Verify that a document is genuine and says what you expect
    #[command(after_help = VALUES)]
    Verify {
        /// Attestation document in binary, hexadecimal, base64 or JSON; `-` is stdin
        file: PathBuf,
        #[command(flatten)]
        expectations: Box<ExpectationOptions>,
        /// Save the document, the expectations and the result in a new file, for `iac attest recheck`
        #[arg(long, value_name = "OUT")]
        write_receipt: Option<PathBuf>,
    },
    /// Verify the document in a receipt again; options given here replace the receipt's expectations
    #[command(after_help = VALUES)]
    Recheck {
        /// Receipt that `iac attest verify --write-receipt` wrote; `-` is stdin
        file: PathBuf,
        #[command(flatten)]
        expectations: Box<ExpectationOptions>,
        /// Without an image given here, expect the one in the receipt; this trusts the receipt's author
        #[arg(long, help_heading = "Expectations")]
        expected_by_receipt: bool,
    },
    /// Predict PCR3 and PCR4, which say where an enclave runs
    Predict {
        #[command(flatten)]
        place: PlaceOptions,
    },
}

const VALUES: &str = "BYTES are hexadecimal, `base64:…`, `text:…`, or `@FILE` for the content of a file.\n\
                      An image must be expected: PCR0, PCR8, or PCR1 and PCR2, by any of the options above.";

/// What a document is expected to show.
#[derive(Debug, Args)]
#[command(next_help_heading = "Expectations")]
pub(crate) struct ExpectationOptions {
    #[command(flatten)]
    pub(crate) registers: RegisterOptions,
    /// Enclave image whose PCRs are expected
    #[arg(long, value_name = "FILE")]
    pub(crate) eif: Option<PathBuf>,
    /// PCRs to expect, as nitro-cli or `iac eif show --output json` printed them
    #[arg(long, value_name = "FILE")]
    pub(crate) measurements: Option<PathBuf>,
    /// Which enclave to take, if `--measurements` has several
    #[arg(long, value_name = "NAME|ID", requires = "measurements")]
    pub(crate) enclave: Option<String>,
    /// Instance that the enclave must run on, by PCR4
    #[arg(long, value_name = "ID", value_parser = instance_id)]
    pub(crate) instance_id: Option<String>,
    /// IAM role that the instance must have, by PCR3
    #[arg(long, value_name = "ARN", value_parser = role_arn)]
    pub(crate) role_arn: Option<String>,
    /// Nonce that the enclave was given
    #[arg(long, value_name = "BYTES")]
    pub(crate) nonce: Option<BytesSource>,
    /// User data that the enclave put in
    #[arg(long, value_name = "BYTES")]
    pub(crate) user_data: Option<BytesSource>,
    /// Public key that the enclave put in
    #[arg(long, value_name = "BYTES")]
    pub(crate) public_key: Option<BytesSource>,
    /// How old the document may be [default: 5m, unless --nonce or --at is given]
    #[arg(long, value_name = "SPAN")]
    pub(crate) max_age: Option<Span>,
    /// Verify as of an earlier time, or as of the time in the document [default: now]
    #[arg(long, value_name = "TIME|document")]
    pub(crate) at: Option<At>,
    /// Trust this root certificate, PEM or DER, instead of AWS's
    #[arg(long, value_name = "FILE")]
    pub(crate) root: Option<PathBuf>,
    /// Accept the document of an enclave in debug mode
    #[arg(long)]
    pub(crate) allow_debug: bool,
}

/// Where an enclave is to run: at least one must be said.
#[derive(Debug, Args)]
#[group(required = true, multiple = true)]
pub(crate) struct PlaceOptions {
    /// Id of the parent instance, for PCR4
    #[arg(long, value_name = "ID", value_parser = instance_id)]
    pub(crate) instance_id: Option<String>,
    /// ARN of the parent instance's IAM role, for PCR3
    #[arg(long, value_name = "ARN", value_parser = role_arn)]
    pub(crate) role_arn: Option<String>,
}

fn instance_id(text: &str) -> Result<String, IdentityError> {
    pcr4(text).map(|_| text.to_owned())
}

fn role_arn(text: &str) -> Result<String, IdentityError> {
    pcr3(text).map(|_| text.to_owned())
}

/// The time as of which a document is verified.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum At {
    /// The document's own.
    Document,
    Time(Timestamp),
}

impl FromStr for At {
    type Err = AtError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "document" => Ok(Self::Document),
            time => time.parse().map(Self::Time).map_err(|_| AtError),
        }
    }
}

/// A text that is neither a time nor `document`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("expected a time such as `2025-01-06T16:07:05Z`, milliseconds since 1970, or `document`")]
pub(crate) struct AtError;

/// Bytes to expect, or the file that holds them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum BytesSource {
    Typed(Vec<u8>),
    File(PathBuf),
}

/// Why a text stands for no bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub(crate) enum BytesError {
    #[error("expected hexadecimal digits, `base64:…`, `text:…` or `@FILE`")]
    Form,
    /// An unset variable of a script ends up as no text; expecting nothing would prove nothing.
    #[error("no bytes are expected, which proves nothing")]
    Empty,
}

impl FromStr for BytesSource {
    type Err = BytesError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if let Some(path) = text.strip_prefix('@') {
            return if path.is_empty() { Err(BytesError::Form) } else { Ok(Self::File(path.into())) };
        }
        let bytes = match text.split_once(':') {
            Some(("base64", text)) => BASE64.decode(text.as_bytes()).map_err(|_| BytesError::Form)?,
            Some(("text", text)) => text.as_bytes().to_vec(),
            _ => HEXLOWER_PERMISSIVE.decode(text.as_bytes()).map_err(|_| BytesError::Form)?,
        };
        if bytes.is_empty() { Err(BytesError::Empty) } else { Ok(Self::Typed(bytes)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_typed_in_three_ways_or_named_by_a_file() {
        let typed = |bytes: &[u8]| Ok(BytesSource::Typed(bytes.to_vec()));
        assert_eq!("00Ff".parse(), typed(&[0, 255]));
        assert_eq!("base64:AP8=".parse(), typed(&[0, 255]));
        assert_eq!("text:00:ff".parse(), typed(b"00:ff"));
        assert_eq!("@a:b".parse(), Ok(BytesSource::File("a:b".into())));
        for text in ["0", "0x00", "xyz", "base64:AP8", "hex:00", "@", "text"] {
            assert_eq!(text.parse::<BytesSource>(), Err(BytesError::Form), "{text}");
        }
        for text in ["", "base64:", "text:"] {
            assert_eq!(text.parse::<BytesSource>(), Err(BytesError::Empty), "{text}");
        }
    }

    #[test]
    fn the_document_s_own_time_is_a_time() {
        assert_eq!("document".parse(), Ok(At::Document));
        assert_eq!("1736179625472".parse(), Ok(At::Time(Timestamp::from_milliseconds(1_736_179_625_472))));
        assert_eq!("Document".parse::<At>(), Err(AtError));
    }
}
