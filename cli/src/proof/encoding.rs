//! The three forms in which attestation documents travel: as they are, in hexadecimal, in base64. Pure: it decides which
//! one is at hand, which is never in doubt, because a document begins with a byte that is no text.

use data_encoding::{BASE64_NOPAD, HEXLOWER_PERMISSIVE};
use thiserror::Error;

/// Why no bytes can be had from a file's content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub(crate) enum EncodingError {
    #[error("there is nothing in it")]
    Empty,
    #[error("it is text, but neither hexadecimal nor base64")]
    Text,
}

/// Gives the bytes that the content stands for. Blanks and line ends between digits do not count, and base64 may be of
/// either alphabet, padded or not.
pub(crate) fn decode(content: Vec<u8>) -> Result<Vec<u8>, EncodingError> {
    if !content.iter().all(|byte| byte.is_ascii_graphic() || byte.is_ascii_whitespace()) {
        return Ok(content);
    }
    let digits: Vec<u8> = content.into_iter().filter(|byte| !byte.is_ascii_whitespace()).collect();
    if digits.is_empty() {
        return Err(EncodingError::Empty);
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

#[cfg(test)]
mod tests {
    use data_encoding::{BASE64, BASE64URL, BASE64URL_NOPAD, HEXLOWER, HEXUPPER};

    use super::*;

    #[test]
    fn every_form_of_a_document_gives_its_bytes() {
        for document in [&[0x84, 0xfb, 0xff, 0xfe][..], &[0xd2, 0x84, 0x44], &[0x84, 0x44, 0xa1, 0x01, 0x38]] {
            for encoding in [HEXLOWER, HEXUPPER, BASE64, BASE64URL, BASE64URL_NOPAD, BASE64_NOPAD] {
                let text = encoding.encode(document);
                let broken = format!("{}\r\n  {}\n", &text[..3], &text[3..]);
                for text in [text, broken] {
                    assert_eq!(decode(text.clone().into_bytes()).as_deref(), Ok(document), "{text}");
                }
            }
            assert_eq!(decode(document.to_vec()).as_deref(), Ok(document));
        }
    }

    #[test]
    fn other_text_is_refused_and_other_bytes_are_left_to_the_decoder() {
        for text in ["", " \n"] {
            assert_eq!(decode(text.into()), Err(EncodingError::Empty));
        }
        for text in ["hello, world", "{\"a\": 1}", "hEShATgiX", "8=4", "==="] {
            assert_eq!(decode(text.into()), Err(EncodingError::Text), "{text}");
        }
        assert_eq!(decode(b"%PDF-1.7\n%\xe2\xe3".to_vec()), Ok(b"%PDF-1.7\n%\xe2\xe3".to_vec()));
    }
}
