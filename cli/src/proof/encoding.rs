//! The forms in which attestation documents travel: as they are, in hexadecimal, in base64, or as one of these in JSON; and
//! the encodings in which text arrives. Pure: it decides which one is at hand, which is never in doubt, because a document
//! begins with a byte that is no text.

use data_encoding::{BASE64_NOPAD, HEXLOWER_PERMISSIVE};
use serde_json::Value;
use thiserror::Error;

/// Why no bytes can be had from a file's content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub(crate) enum EncodingError {
    #[error("there is nothing in it")]
    Empty,
    #[error("it is text, but neither hexadecimal nor base64")]
    Text,
    #[error("it is JSON, but holds no document under `attestation`, `attestation_doc` or `attestation_document`")]
    Json,
    #[error("it is JSON, and holds several different documents")]
    SeveralInJson,
    #[error("it is a receipt of `iac attest verify --write-receipt`")]
    Receipt,
}

/// What services call the document in their answers, without regard to case, `_` and `-`.
const KEYS: [&str; 4] = ["attestation", "attestationdoc", "attestationdocument", "document"];

/// Gives the bytes that the content stands for. Blanks and line ends between digits do not count, hexadecimal may begin with
/// `0x`, and base64 may be of either alphabet, padded or not.
pub(crate) fn decode(content: Vec<u8>) -> Result<Vec<u8>, EncodingError> {
    let content = utf8(content);
    if content.trim_ascii_start().starts_with(b"{")
        && let Ok(json) = serde_json::from_slice(&content)
    {
        return inside(&json);
    }
    if !content.iter().all(|byte| byte.is_ascii_graphic() || byte.is_ascii_whitespace()) {
        return Ok(content);
    }
    if let Ok(json @ (Value::Array(_) | Value::String(_))) = serde_json::from_slice(&content) {
        return value(&json).ok_or(EncodingError::Json)?;
    }
    digits(&content)
}

/// Reads hexadecimal or base64.
fn digits(text: &[u8]) -> Result<Vec<u8>, EncodingError> {
    let digits: Vec<u8> = text.iter().copied().filter(|byte| !byte.is_ascii_whitespace()).collect();
    // As programs print bytes, and as databases do.
    let prefixed = [&b"0x"[..], b"0X", b"\\x"].into_iter().find_map(|prefix| digits.strip_prefix(prefix));
    if prefixed.unwrap_or(&digits).is_empty() {
        return Err(EncodingError::Empty);
    }
    if let Some(digits) = prefixed {
        return HEXLOWER_PERMISSIVE.decode(digits).map_err(|_| EncodingError::Text);
    }
    HEXLOWER_PERMISSIVE.decode(&digits).or_else(|_| base64(&digits)).map_err(|_| EncodingError::Text)
}

fn base64(digits: &[u8]) -> Result<Vec<u8>, data_encoding::DecodeError> {
    let padding = digits.iter().rev().take_while(|digit| **digit == b'=').count();
    // A reader of one alphabet, given the digits of the other in its own.
    let standard = |digit: &u8| match digit {
        b'-' => b'+',
        b'_' => b'/',
        other => *other,
    };
    let digits: Vec<u8> = digits[..digits.len() - padding.min(2)].iter().map(standard).collect();
    BASE64_NOPAD.decode(&digits)
}

/// Finds the one document in an object, however deep it is.
fn inside(json: &Value) -> Result<Vec<u8>, EncodingError> {
    if json.get("iac_receipt").is_some() {
        return Err(EncodingError::Receipt);
    }
    let mut found = Vec::new();
    collect(json, &mut found);
    let mut documents = found.into_iter().collect::<Result<Vec<_>, _>>()?;
    documents.dedup();
    match documents.len() {
        0 => Err(EncodingError::Json),
        1 => Ok(documents.remove(0)),
        _ => Err(EncodingError::SeveralInJson),
    }
}

/// Collects what stands under the known names. The depth is that of serde's reader, 128 at most.
fn collect(json: &Value, found: &mut Vec<Result<Vec<u8>, EncodingError>>) {
    let Value::Object(fields) = json else { return };
    for (name, field) in fields {
        let name: String = name.chars().filter(|letter| !matches!(letter, '_' | '-')).collect();
        let document = if KEYS.contains(&&*name.to_ascii_lowercase()) { value(field) } else { None };
        match document {
            Some(document) => found.push(document),
            None => collect(field, found),
        }
    }
}

/// Reads a document as JSON has it: text, or a list of bytes. Gives none if it is something else.
fn value(json: &Value) -> Option<Result<Vec<u8>, EncodingError>> {
    match json {
        Value::String(text) => Some(digits(text.as_bytes())),
        Value::Array(items) => {
            let byte = |item: &Value| item.as_u64().and_then(|number| u8::try_from(number).ok());
            items.iter().map(byte).collect::<Option<Vec<u8>>>().map(Ok)
        }
        _ => None,
    }
}

/// Gives text in UTF-8 without a byte order mark, as which it may have been saved; everything else as it is.
pub(crate) fn utf8(content: Vec<u8>) -> Vec<u8> {
    let text = match &content[..] {
        [0xef, 0xbb, 0xbf, text @ ..] => Some(text.to_vec()),
        [0xff, 0xfe, text @ ..] => utf16(text, u16::from_le_bytes),
        [0xfe, 0xff, text @ ..] => utf16(text, u16::from_be_bytes),
        [1..=0x7f, 0, ..] => utf16(&content, u16::from_le_bytes),
        [0, 1..=0x7f, ..] => utf16(&content, u16::from_be_bytes),
        _ => None,
    };
    text.unwrap_or(content)
}

fn utf16(text: &[u8], unit: fn([u8; 2]) -> u16) -> Option<Vec<u8>> {
    let (units, rest) = text.as_chunks();
    let text = char::decode_utf16(units.iter().map(|pair| unit(*pair))).collect::<Result<String, _>>().ok()?;
    rest.is_empty().then(|| text.into_bytes())
}

#[cfg(test)]
mod tests {
    use data_encoding::{BASE64, BASE64URL, BASE64URL_NOPAD, HEXLOWER, HEXUPPER};

    use super::*;

    const DOCUMENTS: [&[u8]; 3] = [&[0x84, 0xfb, 0xff, 0xfe], &[0xd2, 0x84, 0x44], &[0x84, 0x44, 0xa1, 0x01, 0x38]];

    /// A text in every encoding that it may be saved in.
    fn saved(text: &str) -> Vec<Vec<u8>> {
        let wide = |bytes: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(bytes).collect::<Vec<u8>>();
        let (little, big) = (wide(u16::to_le_bytes), wide(u16::to_be_bytes));
        let marked = |mark: &[u8], text: &[u8]| [mark, text].concat();
        vec![
            text.as_bytes().to_vec(),
            marked(&[0xef, 0xbb, 0xbf], text.as_bytes()),
            marked(&[0xff, 0xfe], &little),
            marked(&[0xfe, 0xff], &big),
            little,
            big,
        ]
    }

    #[test]
    fn every_form_of_a_document_gives_its_bytes() {
        for document in DOCUMENTS {
            let prefixed = ["0x", "0X", "\\x"].map(|prefix| format!("{prefix}{}", HEXLOWER.encode(document)));
            let encodings = [HEXLOWER, HEXUPPER, BASE64, BASE64URL, BASE64URL_NOPAD, BASE64_NOPAD];
            for text in encodings.map(|encoding| encoding.encode(document)).into_iter().chain(prefixed) {
                let broken = format!("{}\r\n  {}\n", &text[..3], &text[3..]);
                for text in [text, broken] {
                    for content in saved(&text) {
                        assert_eq!(decode(content).as_deref(), Ok(document), "{text}");
                    }
                }
            }
            assert_eq!(decode(document.to_vec()).as_deref(), Ok(document));
        }
    }

    #[test]
    fn a_document_inside_json_is_found_by_its_name() {
        for document in DOCUMENTS {
            let text = BASE64.encode(document);
            for json in [
                format!("{{\"attestation\": \"{text}\"}}"),
                format!("{{\"attestation_doc\": \"{}\", \"other\": 1}}", HEXLOWER.encode(document)),
                format!("{{\"attestationDocument\": \"0x{}\"}}", HEXLOWER.encode(document)),
                format!("{{\"attestation\": {document:?}}}"),
                format!("\n{{\"data\": {{\"note\": \"für dich\", \"Attestation-Document\": \"{text}\"}}}}\n"),
                format!("{{\"Recipient\": {{\"AttestationDocument\": \"{text}\"}}, \"attestation\": {{\"a\": 1}}}}"),
                format!("{{\"document\": \"{text}\", \"attestation\": \"{text}\"}}"),
                format!("\"{text}\""),
                format!("{document:?}"),
            ] {
                for content in saved(&json) {
                    assert_eq!(decode(content).as_deref(), Ok(document), "{json}");
                }
            }
        }
        let refused = |json: &str| decode(json.into()).unwrap_err();
        assert_eq!(refused("{\"a\": \"hEQ=\"}"), EncodingError::Json);
        assert_eq!(refused("{\"attestation\": 7}"), EncodingError::Json);
        assert_eq!(refused("{\"attestation\": [1, 256]}"), EncodingError::Json);
        assert_eq!(refused("[\"hEQ=\"]"), EncodingError::Json);
        assert_eq!(refused("{\"attestation\": \"hello, world\"}"), EncodingError::Text);
        assert_eq!(refused("{\"attestation\": \"\"}"), EncodingError::Empty);
        assert_eq!(refused("{\"attestation\": \"hEQ=\", \"document\": \"hEU=\"}"), EncodingError::SeveralInJson);
        assert_eq!(refused("{\"iac_receipt\": 1, \"document\": \"hEQ=\"}"), EncodingError::Receipt);
    }

    #[test]
    fn other_text_is_refused_and_other_bytes_are_left_to_the_decoder() {
        for text in ["", " \n", "0x"] {
            assert_eq!(decode(text.into()), Err(EncodingError::Empty));
        }
        for text in ["hello, world", "{\"a\": ", "hEShATgiX", "8=4", "===", "0xhEQ=", "0x8"] {
            assert_eq!(decode(text.into()), Err(EncodingError::Text), "{text}");
        }
        for bytes in [&b"%PDF-1.7\n%\xe2\xe3"[..], &[0xff, 0xfe, 0x41], &[0xff, 0xfe, 0x00, 0xd8], &[0x41, 0x00, 0x41]]
        {
            assert_eq!(decode(bytes.to_vec()), Ok(bytes.to_vec()));
        }
    }
}
