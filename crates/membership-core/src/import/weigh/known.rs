//! What a tenant knows of the people of a block, read at once.

use std::collections::{BTreeSet, HashMap, HashSet};

use crate::{
    account::{Account, Login},
    email::EmailAddress,
    id::MemberId,
    import::{
        Column, RowFault, RowRefused,
        typed::{Key, Typed},
    },
    member::{Member, reach::OutOfReach},
    name::{DisplayName, Username},
    store::{Recognition, StoreError, Tx},
    tenant::{Tenant, policy::ExistingAccount},
};

/// What the tenant knows of the people of a block.
pub(super) struct Known {
    members: HashMap<MemberId, Member>,
    by_username: HashMap<Username, MemberId>,
    by_email: HashMap<EmailAddress, MemberId>,
    by_name: HashMap<DisplayName, Vec<MemberId>>,
    taken: HashSet<Username>,
    /// The accounts that have proved one of the addresses, and the member that each is here; only looked up where they join at
    /// once.
    accounts: HashMap<EmailAddress, (Account, Option<MemberId>)>,
}

impl Known {
    pub(super) async fn of(tx: &mut dyn Tx, tenant: &Tenant, rows: &[Typed]) -> Result<Self, StoreError> {
        let recognition = Recognition::of(rows);
        let mut known = Self::members(tx.members_recognised(&recognition).await?);
        let mut logins: Vec<Login> = recognition.usernames.into_iter().map(Login::Username).collect();
        if tenant.policy.existing_account == ExistingAccount::Join {
            let new = recognition.emails.into_iter().filter(|email| !known.by_email.contains_key(email));
            logins.extend(new.map(Login::Email));
        }
        let accounts = tx.accounts_by_logins(&logins).await?;
        known.taken = accounts.iter().filter_map(|account| account.username.clone()).collect();
        if tenant.policy.existing_account == ExistingAccount::Join {
            // Its owner may be closing it at this moment. All hold several in one order, so that no two wait for each other.
            let ids: BTreeSet<_> = accounts.iter().filter(|a| a.proved_email().is_some()).map(|a| a.id).collect();
            for id in ids {
                let Some(account) = tx.hold_account(id).await?.filter(|held| held.closed_at.is_none()) else {
                    continue;
                };
                let Some(email) = account.proved_email().cloned() else { continue };
                let already = tx.member_of(account.id).await?.map(|member| member.id);
                known.accounts.insert(email, (account, already));
            }
        }
        Ok(known)
    }

    fn members(members: Vec<Member>) -> Self {
        let mut by_name: HashMap<DisplayName, Vec<MemberId>> = HashMap::new();
        for member in members.iter().filter(|member| member.email.is_none()) {
            by_name.entry(member.name.clone()).or_default().push(member.id);
        }
        let usernames = members.iter().filter_map(|member| Some((member.username.clone()?, member.id)));
        let emails = members.iter().filter_map(|member| Some((member.email.clone()?, member.id)));
        Self {
            by_username: usernames.collect(),
            by_email: emails.collect(),
            by_name,
            members: members.into_iter().map(|member| (member.id, member)).collect(),
            taken: HashSet::new(),
            accounts: HashMap::new(),
        }
    }

    /// The member that a row is about, if there is one: by its identifier, else its username, else its address, else its name.
    /// Whoever goes by the name alone is recognised only if anything is told of the member: two people may have one name.
    pub(super) fn recognise(
        &self,
        row: &Typed,
        is_told_of: impl Fn(&Member) -> bool,
    ) -> Option<Result<&Member, RowFault>> {
        if let Some(id) = row.member {
            return Some(self.members.get(&id).ok_or_else(|| RowFault::new(Column::Member, &OutOfReach::Unknown)));
        }
        let by_username = row.username.as_ref().and_then(|username| self.by_username.get(username));
        let by_email = row.email.as_ref().and_then(|email| self.by_email.get(email));
        let told = |id: &&MemberId| self.members.get(*id).is_some_and(&is_told_of);
        let by_name: Vec<&MemberId> = match row.keys().as_slice() {
            [Key::Name(name)] => self.by_name.get(name).into_iter().flatten().filter(told).collect(),
            _ => Vec::new(),
        };
        let id = match (by_username.or(by_email), by_name.as_slice()) {
            (Some(id), _) => id,
            (None, [id]) => *id,
            (None, []) => return None,
            (None, _) => return Some(Err(RowFault::new(Column::Name, &RowRefused::NameShared))),
        };
        self.members.get(id).map(Ok)
    }

    /// The member that the tenant knows by `email`.
    pub(super) fn at(&self, email: &EmailAddress) -> Option<&Member> {
        self.members.get(self.by_email.get(email)?)
    }

    /// Whether an account has `username`.
    pub(super) fn is_taken(&self, username: &Username) -> bool {
        self.taken.contains(username)
    }

    /// The account that joins at once when `email` is invited, and the member that it is here already.
    pub(super) fn joining(&self, email: &EmailAddress) -> Option<&(Account, Option<MemberId>)> {
        self.accounts.get(email)
    }
}

impl Recognition {
    fn of(rows: &[Typed]) -> Self {
        let mut recognition = Self::default();
        for key in rows.iter().flat_map(Typed::keys) {
            match key {
                Key::Member(id) => recognition.ids.push(id),
                Key::Username(username) => recognition.usernames.push(username),
                Key::Email(email) => recognition.emails.push(email),
                Key::Name(name) => recognition.names.push(name),
            }
        }
        recognition
    }
}
