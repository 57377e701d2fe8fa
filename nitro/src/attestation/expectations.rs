//! What the caller expects of a document. The type cannot be made without saying which image is expected, because a
//! document that is merely genuine proves that somebody runs some enclave somewhere.

use std::{collections::BTreeMap, time::Duration};

use data_encoding::HEXLOWER;
use thiserror::Error;

use super::{Check, Claims, Root, Timestamp, report::Report, timestamp::readable};
use crate::pcr::{IdentityError, Measurements, Pcr, pcr3, pcr4};

/// The highest register that a Nitro Secure Module has.
const LAST_REGISTER: u8 = 31;

/// What a document must show to be believed: at least an image, as PCR0, PCR8, or PCR1 and PCR2.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expectations {
    registers: BTreeMap<u8, Register>,
    nonce: Option<Vec<u8>>,
    user_data: Option<Vec<u8>>,
    public_key: Option<Vec<u8>>,
    maximum_age: Option<Duration>,
    allows_debug: bool,
    root: Root,
}

/// The expected value of a register, and the name it was predicted from if it was.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Register {
    value: Pcr,
    source: Option<String>,
}

/// Why expectations would not prove anything, or cannot be met.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ExpectationsError {
    /// No image is expected.
    #[error("which image is expected must be said: PCR0, PCR8, or PCR1 and PCR2")]
    NoImage,
    /// The image is expected by zeros, which every debug enclave, or every unsigned image, shows.
    #[error("an all-zero PCR{0} names no image")]
    ZeroImage(u8),
    /// One register is expected to have two values.
    #[error("PCR{index} cannot be both {first} and {second}")]
    Conflict {
        /// The register's number.
        index: u8,
        /// What was said first.
        first: Pcr,
        /// What was said later.
        second: Pcr,
    },
    /// There is no such register.
    #[error("there is no PCR{0}, they are numbered 0 to 31")]
    NoSuchRegister(u8),
    /// PCR3 or PCR4 was to be predicted from something else than a name of the right form.
    #[error(transparent)]
    Identity(#[from] IdentityError),
}

/// Collects expectations. Problems are kept until [`build`](Self::build), which gives the first.
#[derive(Debug, Clone)]
#[must_use = "nothing is expected until `build`"]
pub struct ExpectationsBuilder {
    expectations: Expectations,
    problem: Option<ExpectationsError>,
}

impl Expectations {
    /// Starts to collect expectations, with AWS's own root.
    pub fn builder() -> ExpectationsBuilder {
        let expectations = Self {
            registers: BTreeMap::new(),
            nonce: None,
            user_data: None,
            public_key: None,
            maximum_age: None,
            allows_debug: false,
            root: Root::aws(),
        };
        ExpectationsBuilder { expectations, problem: None }
    }

    /// Gives the root under which a document must be signed.
    #[must_use]
    pub fn root(&self) -> &Root {
        &self.root
    }

    /// Gives the checks that are made because of these expectations, in order, beside those of every document.
    pub fn checks(&self) -> impl Iterator<Item = Check> + '_ {
        // Taken apart, so that a new expectation cannot be forgotten here.
        let Self { registers, nonce, user_data, public_key, maximum_age, allows_debug: _, root: _ } = self;
        let bytes = [(nonce, Check::Nonce), (user_data, Check::UserData), (public_key, Check::PublicKey)];
        let bytes = bytes.into_iter().filter_map(|(bytes, check)| bytes.as_ref().map(|_| check));
        let age = maximum_age.map(|_| Check::Age);
        age.into_iter().chain(registers.keys().copied().map(Check::Register)).chain(bytes)
    }

    /// Compares a document that is proven to be authentic with everything that is expected of it.
    pub(super) fn compare(&self, claims: &Claims, at: Timestamp, report: &mut Report) {
        self.compare_age(claims, at, report);
        self.compare_debug(claims, report);
        for (index, register) in &self.registers {
            compare_register(*index, register, claims, report);
        }
        compare_bytes(Check::Nonce, self.nonce.as_deref(), claims.nonce.as_deref(), report);
        compare_bytes(Check::UserData, self.user_data.as_deref(), claims.user_data.as_deref(), report);
        compare_bytes(Check::PublicKey, self.public_key.as_deref(), claims.public_key.as_deref(), report);
    }

    fn compare_age(&self, claims: &Claims, at: Timestamp, report: &mut Report) {
        if let Some(maximum) = self.maximum_age {
            let age = at.since(claims.timestamp);
            let found = readable(age);
            let finding = if age <= maximum { Ok(found) } else { Err(found) };
            report.record(Check::Age, format!("at most {}", readable(maximum)), finding);
        }
    }

    /// A debug enclave has zeros for PCR0 to PCR2. Debugging by halves is not known to exist, so one such register is enough
    /// to refuse, and so is a missing one.
    fn compare_debug(&self, claims: &Claims, report: &mut Report) {
        let image = (0..=2).map(|index| (index, claims.pcrs.get(&index)));
        let missing: Vec<_> = image.clone().filter(|(_, value)| value.is_none()).map(|(index, _)| index).collect();
        let is_debug = image.filter_map(|(_, value)| value).any(Pcr::is_zero);
        let finding = match (&missing[..], is_debug) {
            ([first, ..], _) => Err(format!("there is no PCR{first}")),
            ([], false) => Ok("measured".to_owned()),
            ([], true) if self.allows_debug => Ok("debug mode: the image is not measured".to_owned()),
            ([], true) => Err("debug mode: the image is not measured".to_owned()),
        };
        let expected = if self.allows_debug { "measured, or debug mode" } else { "measured: PCR0 to PCR2 not zero" };
        report.record(Check::Debug, expected, finding);
    }
}

fn compare_register(index: u8, register: &Register, claims: &Claims, report: &mut Report) {
    let expected = match &register.source {
        Some(source) => format!("{} (`{source}`)", register.value),
        None => register.value.to_string(),
    };
    let finding = match claims.pcrs.get(&index) {
        Some(value) if *value == register.value => Ok(value.to_string()),
        Some(value) => Err(value.to_string()),
        None => Err("none".to_owned()),
    };
    report.record(Check::Register(index), expected, finding);
}

fn compare_bytes(check: Check, expected: Option<&[u8]>, found: Option<&[u8]>, report: &mut Report) {
    if let Some(expected) = expected {
        let text = found.map_or_else(|| "none".to_owned(), |found| HEXLOWER.encode(found));
        let finding = if found == Some(expected) { Ok(text) } else { Err(text) };
        report.record(check, HEXLOWER.encode(expected), finding);
    }
}

impl ExpectationsBuilder {
    /// Expects a register to have this value.
    pub fn pcr(self, index: u8, value: Pcr) -> Self {
        self.register(index, value, None)
    }

    /// Expects the image that was measured so: PCR0, 1 and 2, and PCR8 if it is signed.
    pub fn image(mut self, measurements: &Measurements) -> Self {
        let Measurements { pcr0, pcr1, pcr2, pcr8 } = measurements;
        for (index, value) in [(0, pcr0), (1, pcr1), (2, pcr2)].into_iter().chain(pcr8.as_ref().map(|pcr| (8, pcr))) {
            self = self.pcr(index, *value);
        }
        self
    }

    /// Expects the parent instance to have the role with this ARN, by PCR3.
    pub fn role(self, role_arn: &str) -> Self {
        self.predicted(3, pcr3(role_arn), role_arn)
    }

    /// Expects the parent instance to have this id, by PCR4.
    pub fn instance(self, instance_id: &str) -> Self {
        self.predicted(4, pcr4(instance_id), instance_id)
    }

    /// Expects this nonce.
    pub fn nonce(mut self, nonce: impl Into<Vec<u8>>) -> Self {
        self.expectations.nonce = Some(nonce.into());
        self
    }

    /// Expects this user data.
    pub fn user_data(mut self, user_data: impl Into<Vec<u8>>) -> Self {
        self.expectations.user_data = Some(user_data.into());
        self
    }

    /// Expects this public key, in the form that the enclave gives it.
    pub fn public_key(mut self, public_key: impl Into<Vec<u8>>) -> Self {
        self.expectations.public_key = Some(public_key.into());
        self
    }

    /// Expects the document to be no older than this at the time of verification.
    pub fn maximum_age(mut self, age: Duration) -> Self {
        self.expectations.maximum_age = Some(age);
        self
    }

    /// Lets the document of a debug enclave pass.
    ///
    /// It measures no image: PCR0, 1 and 2 are zero, and so they must be expected.
    pub fn allow_debug(mut self) -> Self {
        self.expectations.allows_debug = true;
        self
    }

    /// Trusts this root instead of AWS's own.
    pub fn root(mut self, root: Root) -> Self {
        self.expectations.root = root;
        self
    }

    /// Ends collecting.
    ///
    /// # Errors
    ///
    /// If no image is expected, if it is expected by zeros (PCR0 to PCR2 may be zero where debug is allowed), if a register is
    /// expected to have two values or does not exist, or if a name is none that PCR3 or PCR4 could be predicted from.
    pub fn build(self) -> Result<Expectations, ExpectationsError> {
        if let Some(problem) = self.problem {
            return Err(problem);
        }
        let says = |index| self.expectations.registers.get(&index);
        let names_image = |index| says(index).is_some_and(|register| self.names_image(index, register.value));
        if names_image(0) || names_image(8) || (names_image(1) && names_image(2)) {
            return Ok(self.expectations);
        }
        let is_said = says(0).is_some() || says(8).is_some() || (says(1).is_some() && says(2).is_some());
        let zero = [0, 8, 1, 2].into_iter().find(|index| says(*index).is_some_and(|register| register.value.is_zero()));
        match zero.filter(|_| is_said) {
            Some(index) => Err(ExpectationsError::ZeroImage(index)),
            None => Err(ExpectationsError::NoImage),
        }
    }

    /// Zeros name no image. Where debug is allowed they name the debug enclave, but a PCR8 of zeros is every unsigned image.
    fn names_image(&self, index: u8, value: Pcr) -> bool {
        !value.is_zero() || (self.expectations.allows_debug && index != 8)
    }

    fn predicted(self, index: u8, value: Result<Pcr, IdentityError>, source: &str) -> Self {
        match value {
            Ok(value) => self.register(index, value, Some(source.to_owned())),
            Err(error) => self.problem(error.into()),
        }
    }

    fn register(mut self, index: u8, value: Pcr, source: Option<String>) -> Self {
        if index > LAST_REGISTER {
            return self.problem(ExpectationsError::NoSuchRegister(index));
        }
        match self.expectations.registers.get(&index).map(|register| register.value) {
            Some(first) if first != value => self.problem(ExpectationsError::Conflict { index, first, second: value }),
            _ => {
                self.expectations.registers.insert(index, Register { value, source });
                self
            }
        }
    }

    fn problem(mut self, problem: ExpectationsError) -> Self {
        self.problem.get_or_insert(problem);
        self
    }
}
