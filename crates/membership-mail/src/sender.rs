//! Who the messages are from.

use membership_core::email::{AddressFault, Alphabet, EmailAddress};

use crate::wording::one_line;

/// The address and name that messages are from. It is the installation's, never a user's: nobody can have mail sent in
/// somebody else's name, and there is no `Reply-To`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sender {
    address: EmailAddress,
    name: Option<String>,
}

impl Sender {
    /// A sender of this address, in plain ASCII, since not every server takes others.
    pub fn new(address: &str, name: Option<&str>) -> Result<Self, AddressFault> {
        let address = EmailAddress::parse(address, Alphabet::Ascii)?;
        let name = name.map(|name| one_line(name, 60)).filter(|name| !name.is_empty());
        Ok(Self { address, name })
    }

    /// The address.
    pub const fn address(&self) -> &EmailAddress {
        &self.address
    }

    /// The name beside it.
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }
}
