//! Hashes as they stand in JSON: hexadecimal digits, two for each byte.

use std::fmt::Write as _;

/// The digits of `bytes`.
pub(super) fn write(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(2 * bytes.len()), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// The bytes of 64 digits; `None` if `text` is anything else.
pub(super) fn read(text: &str) -> Option<[u8; 32]> {
    let digits = text.as_bytes();
    if digits.len() != 64 {
        return None;
    }
    let mut bytes = [0; 32];
    for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
        let digit = |at: usize| pair.get(at).and_then(|digit| char::from(*digit).to_digit(16));
        *byte = u8::try_from(digit(0)? * 16 + digit(1)?).ok()?;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_again_and_nothing_else_is() {
        let bytes: [u8; 32] = std::array::from_fn(|n| u8::try_from(n * 8).unwrap());
        let text = write(&bytes);
        assert_eq!(read(&text), Some(bytes));
        for bad in ["", &text[1..], &format!("{text}0"), &text.replace('f', "g"), &text.replace("00", "+0")] {
            assert_eq!(read(bad), None, "{bad}");
        }
    }
}
