//! The tables, one file each: the row, how a thing of the domain becomes one, and how it comes back. A row comes back
//! by looking at all of its columns at once; one that cannot be is [`Corrupt`](membership_core::store::StoreError).

pub(crate) mod account;
pub(crate) mod api_key;
pub(crate) mod application;
pub(crate) mod assignment;
pub(crate) mod audit;
pub(crate) mod audit_head;
pub(crate) mod challenge;
mod columns;
pub(crate) mod department;
pub(crate) mod factors;
pub(crate) mod import;
pub(crate) mod import_block;
pub(crate) mod installation;
pub(crate) mod invitation;
pub(crate) mod logo;
pub(crate) mod member;
pub(crate) mod member_department;
pub(crate) mod nomination;
pub(crate) mod outbox;
pub(crate) mod role;
pub(crate) mod role_include;
pub(crate) mod session;
pub(crate) mod tenant;
pub(crate) mod trace_pace;
pub(crate) mod trace_tries;
pub(crate) mod transfer;
pub(crate) mod transfer_share;

use std::fmt::Display;

use chrono::{DateTime, Utc};
use membership_core::{
    account::{Kinds, credential::KeyHash},
    email::EmailAddress,
    id::DepartmentId,
    language::Language,
    name::{DisplayName, Username},
    store::StoreError,
};
use uuid::Uuid;

pub(crate) use columns::Columns;

use crate::{fault::corrupt, moment::Moment};

/// Reads the columns of one row, and knows which row it is should one of them make no sense.
#[derive(Clone, Copy)]
pub(crate) struct Row {
    table: &'static str,
    id: Uuid,
}

impl Row {
    pub(crate) const fn new(table: &'static str, id: Uuid) -> Self {
        Self { table, id }
    }

    pub(crate) fn corrupt(self, why: impl Display) -> StoreError {
        corrupt(self.table, self.id, why)
    }

    pub(crate) fn moment(self, moment: Moment) -> Result<DateTime<Utc>, StoreError> {
        DateTime::try_from(moment).map_err(|error| self.corrupt(error))
    }

    pub(crate) fn moment_if(self, moment: Option<Moment>) -> Result<Option<DateTime<Utc>>, StoreError> {
        moment.map(|moment| self.moment(moment)).transpose()
    }

    pub(crate) fn number(self, number: i64) -> Result<u32, StoreError> {
        u32::try_from(number).map_err(|_| self.corrupt(format_args!("{number} is out of range")))
    }

    pub(crate) fn kinds(self, bits: i16) -> Result<Kinds, StoreError> {
        let kinds = u8::try_from(bits).ok().and_then(Kinds::from_bits);
        kinds.ok_or_else(|| self.corrupt(format_args!("{bits} are no kinds of second factors")))
    }

    pub(crate) fn hash(self, bytes: &[u8]) -> Result<KeyHash, StoreError> {
        let bytes = <[u8; 32]>::try_from(bytes).map_err(|_| self.corrupt("its hash has not 32 bytes"))?;
        Ok(KeyHash::from_bytes(bytes))
    }

    /// Identifiers of departments that were written one after the other by [`side_by_side`].
    pub(crate) fn departments(self, bytes: &[u8]) -> Result<impl Iterator<Item = DepartmentId>, StoreError> {
        let (ids, rest) = bytes.as_chunks::<16>();
        if rest.is_empty() {
            Ok(ids.iter().map(|id| DepartmentId::from_uuid(Uuid::from_bytes(*id))))
        } else {
            Err(self.corrupt("its departments are no whole identifiers"))
        }
    }

    pub(crate) fn address(self, text: &str) -> Result<EmailAddress, StoreError> {
        EmailAddress::from_canonical(text).map_err(|error| self.corrupt(error))
    }

    pub(crate) fn name(self, text: &str) -> Result<DisplayName, StoreError> {
        let name = DisplayName::parse(text).map_err(|error| self.corrupt(error))?;
        if name.as_str() == text { Ok(name) } else { Err(self.corrupt("its name is not in its one form")) }
    }

    pub(crate) fn username(self, text: &str) -> Result<Username, StoreError> {
        let username = Username::parse(text).map_err(|error| self.corrupt(error))?;
        if username.as_str() == text { Ok(username) } else { Err(self.corrupt("its username is not in its one form")) }
    }

    pub(crate) fn language(self, text: &str) -> Result<Language, StoreError> {
        let language = Language::parse(text).map_err(|error| self.corrupt(error))?;
        if language.as_str() == text { Ok(language) } else { Err(self.corrupt("its language is not in its one form")) }
    }
}

/// The identifiers of departments as bytes, one after the other.
pub(crate) fn side_by_side(departments: &[DepartmentId]) -> Vec<u8> {
    departments.iter().flat_map(|department| department.as_uuid().into_bytes()).collect()
}
