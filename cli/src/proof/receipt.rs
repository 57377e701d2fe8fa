//! Receipts: a document with what was expected of it and what was found, so that it can be verified anew years later and
//! elsewhere. Pure: text in, text out.
//!
//! Nothing in a receipt is signed but the document. So nothing of it is believed: the record of the first verification is
//! there for people, its time is a claim, and only the document and the expectations are used again.

use std::collections::BTreeSet;
use std::time::Duration;

use data_encoding::{BASE64, HEXLOWER};
use iac_core::duration;
use nitro::attestation::{
    Check, Expectations, ExpectationsError, ParseCheckError, ParseTimestampError, Report, Timestamp,
};
use nitro::pcr::Pcr;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::Wanted;

/// The only version of the format so far.
const VERSION: u64 = 1;

/// A receipt that was read: the document and what to expect of it, with what is claimed about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Receipt {
    pub(crate) document: Vec<u8>,
    pub(crate) wanted: Wanted,
    /// The time as of which, it says, the document was verified.
    pub(crate) claimed_time: Timestamp,
    /// The SHA-256 of the root, if it says that this was not AWS's.
    pub(crate) other_root: Option<String>,
}

/// Why a file is no receipt, or one that contradicts itself.
#[derive(Debug, Error)]
pub(crate) enum ReceiptError {
    #[error("it is no receipt of `iac attest verify --write-receipt`")]
    NotAReceipt(#[source] serde_json::Error),
    #[error("it is a receipt of version {0}, and this `iac` knows only version {VERSION}")]
    Version(u64),
    #[error("its `{0}` cannot be decoded")]
    Encoding(&'static str),
    #[error("its time cannot be read")]
    Time(#[from] ParseTimestampError),
    #[error("its expectations prove nothing")]
    Expectations(#[from] ExpectationsError),
    #[error("its record says that `{0}` failed, and no receipt is written for a document that is refused")]
    Failed(String),
    #[error("its record shows a check of `{0}` that its expectations do not ask for")]
    NotExpected(Check),
    #[error("its expectations ask for a check of `{0}` that its record does not show")]
    NotRecorded(Check),
    /// What it asks for cannot be known, so it cannot be left uncompared either.
    #[error("its record shows a check that this `iac` does not know")]
    UnknownCheck(#[source] ParseCheckError),
}

/// What every version has.
#[derive(Deserialize)]
struct Versioned {
    iac_receipt: u64,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written<R> {
    iac_receipt: u64,
    document: String,
    expectations: WrittenExpectations,
    record: R,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenExpectations {
    pcrs: Vec<WrittenPcr>,
    instance_id: Option<String>,
    role_arn: Option<String>,
    nonce: Option<String>,
    user_data: Option<String>,
    public_key: Option<String>,
    max_age: Option<String>,
    allow_debug: bool,
}

/// A list, where a map would let a register stand twice.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenPcr {
    index: u8,
    value: Pcr,
}

/// As much of the record as is compared with the expectations; later versions may record more about each step.
#[derive(Deserialize)]
struct Record {
    root: RecordedRoot,
    verified_at: String,
    steps: Vec<RecordedStep>,
}

#[derive(Deserialize)]
struct RecordedRoot {
    sha256: String,
    is_aws: bool,
}

#[derive(Deserialize)]
struct RecordedStep {
    check: String,
    passed: bool,
}

impl Receipt {
    /// Writes the receipt of a document that was verified.
    pub(crate) fn write(document: &[u8], wanted: &Wanted, report: &Report) -> Result<String, serde_json::Error> {
        let written = Written {
            iac_receipt: VERSION,
            document: BASE64.encode(document),
            expectations: WrittenExpectations::of(wanted),
            record: report,
        };
        serde_json::to_string_pretty(&written).map(|text| text + "\n")
    }

    /// Reads a receipt, and refuses one whose record and expectations do not belong together.
    pub(crate) fn read(content: &[u8]) -> Result<Self, ReceiptError> {
        let Versioned { iac_receipt } = serde_json::from_slice(content).map_err(ReceiptError::NotAReceipt)?;
        if iac_receipt != VERSION {
            return Err(ReceiptError::Version(iac_receipt));
        }
        let written: Written<Record> = serde_json::from_slice(content).map_err(ReceiptError::NotAReceipt)?;
        let document = BASE64.decode(written.document.as_bytes());
        let wanted = written.expectations.read()?;
        let expectations = wanted.build()?;
        let Record { root, verified_at, steps } = written.record;
        compare(&expectations, &steps)?;
        Ok(Self {
            document: document.map_err(|_| ReceiptError::Encoding("document"))?,
            wanted,
            claimed_time: verified_at.parse()?,
            other_root: (!root.is_aws).then_some(root.sha256),
        })
    }
}

/// Requires that the record shows the checks of these expectations, and that each passed.
fn compare(expectations: &Expectations, steps: &[RecordedStep]) -> Result<(), ReceiptError> {
    if let Some(step) = steps.iter().find(|step| !step.passed) {
        return Err(ReceiptError::Failed(step.check.clone()));
    }
    let checks: Result<BTreeSet<Check>, _> = steps.iter().map(|step| step.check.parse()).collect();
    let mut recorded = checks.map_err(ReceiptError::UnknownCheck)?;
    recorded.retain(|check| check.is_expectation());
    let expected: BTreeSet<Check> = expectations.checks().collect();
    if let Some(check) = recorded.difference(&expected).next() {
        return Err(ReceiptError::NotExpected(*check));
    }
    match expected.difference(&recorded).next() {
        Some(check) => Err(ReceiptError::NotRecorded(*check)),
        None => Ok(()),
    }
}

impl WrittenExpectations {
    fn of(wanted: &Wanted) -> Self {
        let hexadecimal = |bytes: &Option<Vec<u8>>| bytes.as_ref().map(|bytes| HEXLOWER.encode(bytes));
        Self {
            pcrs: wanted.pcrs.iter().map(|(index, value)| WrittenPcr { index: *index, value: *value }).collect(),
            instance_id: wanted.instance_id.clone(),
            role_arn: wanted.role_arn.clone(),
            nonce: hexadecimal(&wanted.nonce),
            user_data: hexadecimal(&wanted.user_data),
            public_key: hexadecimal(&wanted.public_key),
            max_age: wanted.max_age.map(duration::print),
            allow_debug: wanted.allow_debug,
        }
    }

    fn read(self) -> Result<Wanted, ReceiptError> {
        let mut wanted = Wanted {
            nonce: bytes("nonce", self.nonce)?,
            user_data: bytes("user_data", self.user_data)?,
            public_key: bytes("public_key", self.public_key)?,
            max_age: self.max_age.map(|text| age(&text)).transpose()?,
            instance_id: self.instance_id,
            role_arn: self.role_arn,
            allow_debug: self.allow_debug,
            ..Wanted::default()
        };
        for WrittenPcr { index, value } in self.pcrs {
            wanted.pcr(index, value)?;
        }
        Ok(wanted)
    }
}

fn bytes(field: &'static str, text: Option<String>) -> Result<Option<Vec<u8>>, ReceiptError> {
    let decode = |text: String| HEXLOWER.decode(text.as_bytes()).map_err(|_| ReceiptError::Encoding(field));
    text.map(decode).transpose()
}

fn age(text: &str) -> Result<Duration, ReceiptError> {
    duration::parse(text).map_err(|_| ReceiptError::Encoding("max_age"))
}
