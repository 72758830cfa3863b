//! The way back: what a form was made of.

use std::{collections::BTreeSet, str::FromStr};

use serde::de::DeserializeOwned;
use uuid::Uuid;

use super::entity::{
    ApplicationForm, AssignmentForm, DepartmentForm, InvitationForm, MemberForm, NominationForm, PolicyForm, RoleForm,
    ShareForm, TenantForm, TransferForm, WordForm,
};
use crate::{
    account::Kinds,
    department::{Department, Departments},
    email::{Alphabet, EmailAddress},
    id::{
        AccountId, CatalogueId, DepartmentId, InvitationId, MemberId, NominationId, RoleId, TenantId, TransferId,
        TreeId,
    },
    invitation::{Channel, Invitation, Inviter, State},
    language::Language,
    member::{
        Member, MemberState,
        transfer::{Share, Transfer, TransferState},
    },
    name::{DisplayName, Username},
    ports::Holding,
    role::{Application, Assignment, Assignments, Grant, NamedPermission, Permission, Role},
    tenant::{
        Branding, Policy, Tenant, TenantStatus, Validity,
        branding::Colour,
        policy::{SecondFactor, Word, Words},
        representative::{Answer, Nomination},
    },
};

/// A form that says what cannot be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{what} cannot be {text:?}")]
pub struct Impossible {
    what: &'static str,
    text: String,
}

type Restored<T> = Result<T, Impossible>;

fn impossible(what: &'static str, text: impl Into<String>) -> Impossible {
    Impossible { what, text: text.into() }
}

/// Reads what has a stable word, by that word.
fn word<T: DeserializeOwned>(what: &'static str, text: &str) -> Restored<T> {
    T::deserialize(serde::de::value::StrDeserializer::<serde::de::value::Error>::new(text))
        .map_err(|_| impossible(what, text))
}

fn name(text: &str) -> Restored<DisplayName> {
    DisplayName::parse(text).map_err(|_| impossible("a name", text))
}

fn address(text: &str) -> Restored<EmailAddress> {
    EmailAddress::from_canonical(text).map_err(|_| impossible("an address", text))
}

fn colour(text: &str) -> Restored<Colour> {
    Colour::parse(text).map_err(|_| impossible("a colour", text))
}

fn permission(text: &str) -> Restored<Permission> {
    Permission::parse(text).map_err(|_| impossible("a permission", text))
}

impl TenantForm {
    pub(in crate::audit) fn restore(self) -> Restored<Tenant> {
        Ok(Tenant {
            id: TenantId::from_uuid(self.id),
            name: name(&self.name)?,
            status: word::<TenantStatus>("a tenant's status", &self.status)?,
            parent: self.parent.map(TenantId::from_uuid),
            branding: Branding {
                colour: self.colour.as_deref().map(colour).transpose()?,
                logo: self.logo.map(|text| text.parse().map_err(|_| impossible("a logo", text))).transpose()?,
            },
            preset: self.preset,
            policy: self.policy.restore()?,
            catalogue: CatalogueId::from_uuid(self.catalogue),
            tree: TreeId::from_uuid(self.tree),
            created_at: self.created_at,
        })
    }
}

impl PolicyForm {
    fn restore(self) -> Restored<Policy> {
        let validity = |secs| Validity::from_secs(secs).map_err(|_| impossible("a validity", secs.to_string()));
        let endings = self.reinvite_after.iter().map(|text| word("an ending", text));
        Ok(Policy {
            existing_account: word("existing_account", &self.existing_account)?,
            invitation_validity: validity(self.invitation_validity_seconds)?,
            enrolment_window: validity(self.enrolment_window_seconds)?,
            max_people_per_call: self.max_people_per_call,
            send: word("send", &self.send)?,
            reinvite_after: endings.collect::<Restored<_>>()?,
            links_allowed: self.links_allowed,
            alphabet: if self.international_addresses { Alphabet::International } else { Alphabet::Ascii },
            allowed_domains: self.allowed_domains,
            disable_before_remove: self.disable_before_remove,
            second_factor: SecondFactor {
                required: self.second_factor.required,
                kinds: self
                    .second_factor
                    .kinds
                    .iter()
                    .map(|text| word("a second factor", text))
                    .collect::<Restored<Kinds>>()?,
            },
            words: Words {
                invitation: words(self.invitation_words)?.into_iter().collect(),
                member: words(self.member_words)?.into_iter().collect(),
            },
        })
    }
}

fn words<T: DeserializeOwned>(forms: Vec<WordForm>) -> Restored<Vec<(T, Word)>> {
    let own = |form: WordForm| {
        let own = Word { word: name(&form.word)?, tone: word("a tone", &form.tone)? };
        Ok((word("a state", &form.state)?, own))
    };
    forms.into_iter().map(own).collect()
}

impl ApplicationForm {
    pub(in crate::audit) fn restore(self) -> Restored<Application> {
        let permissions = self
            .permissions
            .into_iter()
            .map(|form| Ok(NamedPermission { permission: permission(&form.permission)?, name: name(&form.name)? }));
        Ok(Application { key: self.key, name: name(&self.name)?, permissions: permissions.collect::<Restored<_>>()? })
    }
}

impl RoleForm {
    pub(in crate::audit) fn restore(self, tenant: TenantId) -> Restored<Role> {
        Ok(Role {
            id: RoleId::from_uuid(self.id),
            tenant,
            name: name(&self.name)?,
            permissions: self.permissions.iter().map(|text| permission(text)).collect::<Restored<_>>()?,
            includes: self.includes.into_iter().map(RoleId::from_uuid).collect::<BTreeSet<_>>(),
            administrator: self.administrator,
            changed_at: self.changed_at,
        })
    }
}

impl DepartmentForm {
    pub(in crate::audit) fn restore(self, tenant: TenantId) -> Restored<Department> {
        Ok(Department {
            id: DepartmentId::from_uuid(self.id),
            tenant,
            name: name(&self.name)?,
            parent: self.parent.map(DepartmentId::from_uuid),
            place: self.place,
            created_at: self.created_at,
        })
    }
}

impl MemberForm {
    /// The member. Where the ways from its departments meet is not in the audit: that changes when departments move.
    pub(in crate::audit) fn restore(self, tenant: TenantId) -> Restored<Member> {
        let account = self.account.map(AccountId::from_uuid);
        let state = match (self.status.as_str(), self.invitation, account, self.joined_at) {
            ("not-joined", Some(invitation), None, None) => {
                MemberState::NotJoined { invitation: InvitationId::from_uuid(invitation) }
            }
            ("enabled", None, Some(account), Some(joined_at)) => MemberState::Enabled { account, joined_at },
            ("disabled", None, Some(account), Some(joined_at)) => {
                let disabled_at = self.disabled_at.ok_or_else(|| impossible("disabled_at", "nothing"))?;
                MemberState::Disabled { account, joined_at, disabled_at }
            }
            ("removed", None, account, joined_at) => {
                let removed_at = self.removed_at.ok_or_else(|| impossible("removed_at", "nothing"))?;
                MemberState::Removed { account, joined_at, removed_at }
            }
            (status, ..) => return Err(impossible("a member's status, with what belongs to it,", status)),
        };
        let username = self.username.as_deref().map(Username::parse).transpose();
        let language = self.language.as_deref().map(Language::parse).transpose();
        Ok(Member {
            id: MemberId::from_uuid(self.id),
            tenant,
            name: name(&self.name)?,
            email: self.email.as_deref().map(address).transpose()?,
            username: username.map_err(|_| impossible("a username", self.username.unwrap_or_default()))?,
            language: language.map_err(|_| impossible("a language", self.language.unwrap_or_default()))?,
            assignments: self
                .assignments
                .into_iter()
                .map(AssignmentForm::restore)
                .collect::<Restored<Assignments>>()?,
            departments: Departments::stored(self.departments.into_iter().map(DepartmentId::from_uuid), []),
            representative: self.representative,
            creator: self.creator.map(MemberId::from_uuid),
            created_at: self.created_at,
            epoch: self.epoch,
            state,
        })
    }
}

impl AssignmentForm {
    fn restore(self) -> Restored<Assignment> {
        let grant = match (self.role, self.permission) {
            (Some(role), None) => Grant::Role(RoleId::from_uuid(role)),
            (None, Some(text)) => Grant::Permission(permission(&text)?),
            (role, _) => return Err(impossible("an assignment", format!("{role:?}"))),
        };
        Ok(Assignment { grant, within: self.within.map(DepartmentId::from_uuid), until: self.until })
    }
}

impl InvitationForm {
    pub(in crate::audit) fn restore(self, tenant: TenantId) -> Restored<Invitation> {
        let by_address = self.address.as_deref().map(address).transpose()?;
        let channel = match (self.channel.as_str(), by_address) {
            ("mail", Some(address)) => Channel::Mail(address),
            ("link", address) => Channel::Link(address),
            (other, _) => return Err(impossible("a channel", other)),
        };
        let account = self.account.map(AccountId::from_uuid);
        let state = match (self.stage.as_str(), self.stage_at, self.expires_at, account) {
            ("ready", None, None, None) => State::Ready,
            ("invited", _, Some(expires_at), None) => State::Invited { expires_at },
            ("accepted", Some(at), Some(expires_at), by) => State::Accepted { at, by, expires_at },
            ("joined", Some(at), None, Some(account)) => State::Joined { at, account },
            ("rejected", Some(at), None, None) => State::Rejected { at },
            ("revoked", Some(at), None, None) => State::Revoked { at },
            ("expired", Some(at), None, None) => State::Expired { at },
            (stage, ..) => return Err(impossible("an invitation's stage, with what belongs to it,", stage)),
        };
        let validity = Validity::from_secs(self.validity_seconds);
        Ok(Invitation {
            id: InvitationId::from_uuid(self.id),
            tenant,
            member: MemberId::from_uuid(self.member),
            inviter: inviter(&self.inviter)?,
            channel,
            generation: self.generation,
            validity: validity.map_err(|_| impossible("a validity", self.validity_seconds.to_string()))?,
            created_at: self.created_at,
            sent_at: self.sent_at,
            opened_at: self.opened_at,
            state,
        })
    }
}

fn inviter(text: &str) -> Restored<Inviter> {
    let id = |id: &str| Uuid::from_str(id).map_err(|_| impossible("an inviter", text));
    match text.split_once(':') {
        Some(("member", member)) => Ok(Inviter::Member(MemberId::from_uuid(id(member)?))),
        Some(("operator", account)) => Ok(Inviter::Operator(AccountId::from_uuid(id(account)?))),
        Some(_) | None => Err(impossible("an inviter", text)),
    }
}

impl TransferForm {
    pub(in crate::audit) fn restore(self, tenant: TenantId) -> Restored<Transfer> {
        let state = match (self.due_at, self.finished_at) {
            (Some(at), None) => TransferState::Due(at),
            (None, Some(at)) => TransferState::Finished(at),
            (due, _) => return Err(impossible("a hand-over", format!("due {due:?}"))),
        };
        Ok(Transfer {
            id: TransferId::from_uuid(self.id),
            tenant,
            member: MemberId::from_uuid(self.member),
            account: AccountId::from_uuid(self.account),
            shares: self.shares.into_iter().map(ShareForm::restore).collect(),
            heir: MemberId::from_uuid(self.heir),
            begun_at: self.begun_at,
            attempts: self.attempts,
            trouble: self.trouble,
            state,
        })
    }
}

impl ShareForm {
    fn restore(self) -> Share {
        Share {
            holding: Holding { kind: self.kind, name: self.name, count: self.count },
            heir: MemberId::from_uuid(self.heir),
            done_at: self.done_at,
        }
    }
}

impl NominationForm {
    pub(in crate::audit) fn restore(self, tenant: TenantId) -> Restored<Nomination> {
        let answer = match (self.answer.as_deref(), self.answered_at) {
            (None, None) => Answer::None,
            (Some("accepted"), Some(at)) => Answer::Accepted(at),
            (Some("declined"), Some(at)) => Answer::Declined(at),
            (Some("withdrawn"), Some(at)) => Answer::Withdrawn(at),
            (other, _) => return Err(impossible("an answer", other.unwrap_or_default())),
        };
        Ok(Nomination {
            id: NominationId::from_uuid(self.id),
            tenant,
            nominator: MemberId::from_uuid(self.nominator),
            nominee: MemberId::from_uuid(self.nominee),
            address: self.address.as_deref().map(address).transpose()?,
            made_at: self.made_at,
            expires_at: self.expires_at,
            answer,
        })
    }
}
