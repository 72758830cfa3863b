//! Where a cell is.

/// The rows and columns that a worksheet may have.
pub(super) const ROWS: u32 = 1_048_576;
const COLUMNS: u32 = 16_384;

/// Where a cell is, from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Position {
    pub(super) row: u32,
    pub(super) column: u32,
}

/// Reads a position such as `BC12` or `$BC$12`.
pub(super) fn position(text: &str) -> Option<Position> {
    let (mut row, mut column) = (0_u32, 0_u32);
    for byte in text.bytes().filter(|byte| *byte != b'$') {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' if row == 0 => {
                column = column * 26 + u32::from(byte.to_ascii_uppercase() - b'A') + 1;
            }
            b'0'..=b'9' => row = row * 10 + u32::from(byte - b'0'),
            _ => return None,
        }
        if row > ROWS || column > COLUMNS {
            return None;
        }
    }
    Some(Position { row: row.checked_sub(1)?, column: column.checked_sub(1)? })
}

#[cfg(test)]
mod tests {
    use super::{Position, position};

    #[test]
    fn positions_are_read_up_to_the_last_cell_and_no_farther() {
        assert_eq!(position("A1"), Some(Position { row: 0, column: 0 }));
        assert_eq!(position("$BC$12"), Some(Position { row: 11, column: 54 }));
        assert_eq!(position("XFD1048576"), Some(Position { row: 1_048_575, column: 16_383 }));
        for text in ["XFE1", "A1048577", "A0", "A", "1", "", "A1A", "A-1", "AAAAAAAAAAAAAA1", "A99999999999999999999"] {
            assert_eq!(position(text), None, "{text}");
        }
    }
}
