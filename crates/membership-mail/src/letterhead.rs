//! What every letter has in common.

use crate::{Home, Sender};

/// What stands on every letter, whatever it says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letterhead {
    /// Who it is from.
    pub sender: Sender,
    /// Where "Home" at its foot leads.
    pub home: Home,
}
