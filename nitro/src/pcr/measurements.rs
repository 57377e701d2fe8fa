//! The measurements of an enclave image as nitro-cli prints them. Apart from the single register, because what is decided
//! here is which of nitro-cli's JSON shapes is at hand, and which of several enclaves is meant.

use std::fmt;

use serde::{Deserialize, Serialize, de::IgnoredAny};
use thiserror::Error;

use super::Pcr;

/// What nitro-cli names the hash, whichever version printed it.
const HASH_ALGORITHM: &str = "Sha384 { ... }";

/// How nitro-cli names SHA-384, which it prints from the debug form of a Rust type: by its own name, or as the cut of
/// SHA-512 to 48 bytes in the hash library that newer builds of its image crate (0.8) use.
const SHA384_NAMES: [&str; 2] = ["Sha384", "Sha512_48"];

/// The registers that are taken from an image: what an enclave started from it must show.
///
/// [`Display`](fmt::Display) prints the JSON that `nitro-cli build-enclave` prints; serde gives the inner object of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Printed", into = "Printed")]
pub struct Measurements {
    /// The whole image: kernels, command line and all ramdisks.
    pub pcr0: Pcr,
    /// Kernels, command line and the first ramdisk.
    pub pcr1: Pcr,
    /// The ramdisks after the first: the application.
    pub pcr2: Pcr,
    /// The certificate that signed the image; none if it is not signed.
    pub pcr8: Option<Pcr>,
}

/// The object under `Measurements`, in nitro-cli's words and order.
#[derive(Clone, Serialize, Deserialize)]
struct Printed {
    #[serde(rename = "HashAlgorithm")]
    hash_algorithm: HashAlgorithm,
    #[serde(rename = "PCR0")]
    pcr0: Pcr,
    #[serde(rename = "PCR1")]
    pcr1: Pcr,
    #[serde(rename = "PCR2")]
    pcr2: Pcr,
    #[serde(rename = "PCR8", default, skip_serializing_if = "Option::is_none")]
    pcr8: Option<Pcr>,
}

/// Proof that the text under `HashAlgorithm` named SHA-384.
#[derive(Clone, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
struct HashAlgorithm;

impl TryFrom<String> for HashAlgorithm {
    type Error = String;

    fn try_from(name: String) -> Result<Self, Self::Error> {
        let word = name.split_whitespace().next().unwrap_or_default();
        if SHA384_NAMES.contains(&word) {
            Ok(Self)
        } else {
            Err(format!("measurements by `{name}` instead of SHA-384"))
        }
    }
}

impl From<HashAlgorithm> for String {
    fn from(_: HashAlgorithm) -> Self {
        HASH_ALGORITHM.to_owned()
    }
}

impl From<Printed> for Measurements {
    fn from(printed: Printed) -> Self {
        Self { pcr0: printed.pcr0, pcr1: printed.pcr1, pcr2: printed.pcr2, pcr8: printed.pcr8 }
    }
}

impl From<Measurements> for Printed {
    fn from(measurements: Measurements) -> Self {
        let Measurements { pcr0, pcr1, pcr2, pcr8 } = measurements;
        Self { hash_algorithm: HashAlgorithm, pcr0, pcr1, pcr2, pcr8 }
    }
}

/// What `build-enclave`, `describe-eif` and each entry of `describe-enclaves` have in common.
#[derive(Serialize, Deserialize)]
struct Described {
    /// Is only there where the measurements are not an object of their own, as `eif_build` prints them.
    #[serde(rename = "PCR0", default, skip_serializing)]
    flat: Option<IgnoredAny>,
    #[serde(rename = "EnclaveName", default, skip_serializing)]
    name: Option<String>,
    #[serde(rename = "EnclaveID", default, skip_serializing)]
    id: Option<String>,
    #[serde(rename = "Measurements")]
    measurements: Option<Measurements>,
}

/// Why there are no measurements to be had from a text.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum MeasurementsError {
    /// The text is not JSON, or not in nitro-cli's form.
    #[error("this is not what nitro-cli prints")]
    NotNitroCli(#[source] serde_json::Error),
    /// It is in nitro-cli's form, and holds no measurements (`run-enclave` prints none).
    #[error("nitro-cli printed no measurements here; `build-enclave`, `describe-eif` and `describe-enclaves` do")]
    NoMeasurements,
    /// `describe-enclaves` printed an empty list.
    #[error("no enclave runs there")]
    NoEnclave,
    /// `describe-enclaves` printed several enclaves, and none was chosen.
    #[error("several enclaves run there, choose one: {}", .0.join(", "))]
    SeveralEnclaves(Vec<String>),
    /// No enclave in the list has that name or id.
    #[error("no enclave there has the name or id `{chosen}`, only: {}", found.join(", "))]
    UnknownEnclave {
        /// What was asked for.
        chosen: String,
        /// The ids that the list holds.
        found: Vec<String>,
    },
    /// An enclave was chosen where the text describes an image.
    #[error("this describes an image and not a list of enclaves to choose `{0}` from")]
    NotAList(String),
}

impl Measurements {
    /// Reads what `nitro-cli build-enclave`, `describe-eif` or `describe-enclaves` printed, or AWS's `eif_build`, which
    /// leaves out the object around the measurements.
    ///
    /// `describe-enclaves` prints a list: `enclave` chooses one by its name or id, and may be left out where there is only
    /// one. What these programs write before the JSON, such as `Start building the Enclave Image...`, is passed over, and so
    /// is a byte order mark.
    ///
    /// # Errors
    ///
    /// If the text is something else, holds no measurements, or leaves open which enclave is meant.
    pub fn from_nitro_cli(json: &str, enclave: Option<&str>) -> Result<Self, MeasurementsError> {
        let text = json.strip_prefix('\u{feff}').unwrap_or(json);
        let is_json = |outcome: &Result<_, _>| !matches!(outcome, Err(MeasurementsError::NotNitroCli(_)));
        let whole = Self::of_json(text, enclave);
        if is_json(&whole) {
            return whole;
        }
        // The first place that begins something readable to the end of the text: nothing inside of other JSON is taken, and
        // nothing behind other measurements.
        let is_behind_text = |place: &usize| !text[..*place].trim().is_empty() && !text[..*place].contains("\"PCR0\"");
        let mut behind = beginnings(text).filter(is_behind_text).map(|place| Self::of_json(&text[place..], enclave));
        match behind.next() {
            None => whole,
            Some(first) if is_json(&first) => first,
            Some(first) => behind.find(is_json).unwrap_or(first),
        }
    }

    fn of_json(json: &str, enclave: Option<&str>) -> Result<Self, MeasurementsError> {
        let is_list = json.trim_start().starts_with('[');
        let described = match enclave {
            _ if is_list => choose(parsed(json)?, enclave)?,
            Some(chosen) => {
                parsed::<IgnoredAny>(json)?;
                return Err(MeasurementsError::NotAList(chosen.to_owned()));
            }
            None => parsed::<Described>(json)?,
        };
        match described {
            Described { measurements: None, flat: Some(_), .. } if !is_list => parsed(json),
            described => described.measurements.ok_or(MeasurementsError::NoMeasurements),
        }
    }
}

/// The places where JSON may begin behind other text: at the beginning of a line, or where `eif_build` puts it, behind the
/// name of the hash.
fn beginnings(text: &str) -> impl Iterator<Item = usize> + '_ {
    let lines = text.split_inclusive('\n').scan(0, |end, line| {
        let begin = *end;
        *end += line.len();
        Some((begin, line))
    });
    lines.filter_map(|(begin, line)| {
        let indent = line.len() - line.trim_start().len();
        let behind = line.starts_with(EIF_BUILD).then(|| line.find(": {\"").map(|place| place + 2)).flatten();
        let place = if line[indent..].starts_with(['{', '[']) { Some(indent) } else { behind };
        place.map(|place| begin + place)
    })
}

/// How `eif_build` begins the line with the measurements.
const EIF_BUILD: &str = "BootMeasurement: ";

/// Parses straight into the type, since the detour over [`serde_json::Value`] would let a key stand twice.
fn parsed<'de, T: Deserialize<'de>>(json: &'de str) -> Result<T, MeasurementsError> {
    serde_json::from_str(json).map_err(MeasurementsError::NotNitroCli)
}

/// Finds the enclave that is meant: the only one, or the only one of that name or id.
fn choose(enclaves: Vec<Described>, chosen: Option<&str>) -> Result<Described, MeasurementsError> {
    let ids = |enclaves: &[Described]| enclaves.iter().filter_map(|enclave| enclave.id.clone()).collect::<Vec<_>>();
    let all = ids(&enclaves);
    let is_meant =
        |enclave: &Described| chosen.is_none() || enclave.name.as_deref() == chosen || enclave.id.as_deref() == chosen;
    let mut meant: Vec<_> = enclaves.into_iter().filter(is_meant).collect();
    match (meant.len(), chosen) {
        (0, None) => Err(MeasurementsError::NoEnclave),
        (0, Some(chosen)) => Err(MeasurementsError::UnknownEnclave { chosen: chosen.to_owned(), found: all }),
        (1, _) => Ok(meant.remove(0)),
        _ => Err(MeasurementsError::SeveralEnclaves(ids(&meant))),
    }
}

impl fmt::Display for Measurements {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let described = Described { flat: None, name: None, id: None, measurements: Some(self.clone()) };
        let json = serde_json::to_string_pretty(&described).map_err(|_| fmt::Error)?;
        formatter.write_str(&json)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn measurements(first: u8, pcr8: Option<Pcr>) -> Measurements {
        let pcr = |byte| Pcr::from_bytes([byte; 48]);
        Measurements { pcr0: pcr(first), pcr1: pcr(0x11), pcr2: pcr(0x22), pcr8 }
    }

    /// What `describe-enclaves` prints for one enclave, as far as nitro-cli's documentation shows it.
    fn enclave(name: &str, id: &str, measurements: &Measurements) -> String {
        format!(
            r#"{{"EnclaveName": "{name}", "EnclaveID": "{id}", "ProcessID": 7, "EnclaveCID": 16, "NumberOfCPUs": 2,
            "CPUIDs": [1, 3], "MemoryMiB": 512, "State": "RUNNING", "Flags": "NONE", "Measurements": {}}}"#,
            serde_json::to_string(measurements).unwrap()
        )
    }

    #[test]
    fn the_form_is_nitro_clis() {
        let signed = measurements(0xab, Some(Pcr::from_bytes([0x88; 48])));
        let expected = format!(
            r#"{{
  "Measurements": {{
    "HashAlgorithm": "Sha384 {{ ... }}",
    "PCR0": "{}",
    "PCR1": "{}",
    "PCR2": "{}",
    "PCR8": "{}"
  }}
}}"#,
            "ab".repeat(48),
            "11".repeat(48),
            "22".repeat(48),
            "88".repeat(48)
        );
        assert_eq!(signed.to_string(), expected);
        assert!(!measurements(0, None).to_string().contains("PCR8"));
    }

    #[test]
    fn what_is_printed_is_read_again() {
        for pcr8 in [None, Some(Pcr::ZERO)] {
            let written = measurements(1, pcr8);
            assert_eq!(Measurements::from_nitro_cli(&written.to_string(), None).unwrap(), written);
        }
    }

    #[test]
    fn an_image_description_may_hold_more() {
        let inner = serde_json::to_string(&measurements(1, None)).unwrap();
        let json = format!(r#"{{"EifVersion": 4, "Measurements": {inner}, "IsSigned": false, "CheckCRC": true}}"#);
        assert_eq!(Measurements::from_nitro_cli(&json, None).unwrap(), measurements(1, None));
        let error = Measurements::from_nitro_cli(&json, Some("web")).unwrap_err();
        assert!(matches!(error, MeasurementsError::NotAList(_)));
    }

    #[test]
    fn one_of_several_enclaves_must_be_chosen() {
        let (first, second) = (measurements(1, None), measurements(2, None));
        let only = format!("[{}]", enclave("web", "i-1-enc1", &first));
        assert_eq!(Measurements::from_nitro_cli(&only, None).unwrap(), first);

        let both = format!("[{},{}]", enclave("web", "i-1-enc1", &first), enclave("api", "i-1-enc2", &second));
        assert_eq!(Measurements::from_nitro_cli(&both, Some("api")).unwrap(), second);
        assert_eq!(Measurements::from_nitro_cli(&both, Some("i-1-enc1")).unwrap(), first);
        let message = |chosen| Measurements::from_nitro_cli(&both, chosen).unwrap_err().to_string();
        assert_eq!(message(None), "several enclaves run there, choose one: i-1-enc1, i-1-enc2");
        assert_eq!(message(Some("x")), "no enclave there has the name or id `x`, only: i-1-enc1, i-1-enc2");

        let twins = format!("[{},{}]", enclave("web", "i-1-enc1", &first), enclave("web", "i-1-enc2", &second));
        let error = Measurements::from_nitro_cli(&twins, Some("web")).unwrap_err();
        assert!(matches!(error, MeasurementsError::SeveralEnclaves(_)));
        let error = Measurements::from_nitro_cli("[]", None).unwrap_err();
        assert!(matches!(error, MeasurementsError::NoEnclave));
    }

    #[test]
    fn newer_builds_name_the_same_hash_otherwise() {
        let expected = measurements(1, None);
        let text = expected.to_string().replace("Sha384 { ... }", "Sha512_48 { .. }");
        assert_eq!(Measurements::from_nitro_cli(&text, None).unwrap(), expected);
    }

    #[test]
    fn what_stands_before_the_measurements_is_passed_over() {
        let expected = measurements(1, None);
        let nested = expected.to_string();
        let flat = serde_json::to_string(&expected).unwrap();
        let list = format!("[{}]", enclave("web", "i-1-enc1", &expected));
        let pretty = serde_json::to_string_pretty(&expected).unwrap();
        let building = "Start building the Enclave Image...\nUsing the locally available Docker image...\n\
                        Enclave Image successfully created.\n";
        for json in [&nested, &flat, &pretty, &list] {
            for before in ["", "\u{feff}", "\n ", building, "\u{feff}Building {1}\n[ E00 ] {\n", "[]x\n"] {
                let text = format!("{before}{json}\n");
                assert_eq!(Measurements::from_nitro_cli(&text, None).unwrap(), expected, "{text}");
            }
        }
        let eif_build = format!("Output written into a: {{\"b\nBootMeasurement: Sha384 {{ ... }}: {flat}\n");
        assert_eq!(Measurements::from_nitro_cli(&eif_build, None).unwrap(), expected);
        let text = format!("{building}{list}");
        assert_eq!(Measurements::from_nitro_cli(&text, Some("web")).unwrap(), expected);
        let error = Measurements::from_nitro_cli(&format!("{building}{nested}"), Some("web")).unwrap_err();
        assert!(matches!(error, MeasurementsError::NotAList(_)));

        // Nothing may follow, and nothing inside of something else is taken.
        let wrong = format!("{building}{}", nested.replace("Sha384", "Sha256"));
        let more = flat.replace("Sha384", "Sha256");
        for bad in [format!("{nested}\nmore"), format!("{nested}{flat}"), building.to_owned(), wrong, more] {
            let error = Measurements::from_nitro_cli(&bad, None).unwrap_err();
            assert!(matches!(error, MeasurementsError::NotNitroCli(_)), "{bad}");
        }
        let around = format!("{{\"a\":\n{nested}}}");
        assert!(Measurements::from_nitro_cli(&around, None).is_err());
        // Two images in a row leave open which is meant.
        assert!(Measurements::from_nitro_cli(&format!("{flat}\n{nested}"), None).is_err());
    }

    #[test]
    fn anything_else_is_refused() {
        let good = measurements(1, None).to_string();
        for bad in [
            "",
            "7",
            &good.replace("Sha384", "Sha256"),
            &good.replace("PCR2", "PCR3"),
            &good.replace("PCR2", "PCR1"),
            &good.replacen("01", "0", 1),
        ] {
            let error = Measurements::from_nitro_cli(bad, None).unwrap_err();
            assert!(matches!(error, MeasurementsError::NotNitroCli(_)), "{bad}");
        }
        let error = Measurements::from_nitro_cli(r#"{"EnclaveID": "i-1-enc1"}"#, None).unwrap_err();
        assert!(matches!(error, MeasurementsError::NoMeasurements));
    }
}
