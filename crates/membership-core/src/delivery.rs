//! Delivery: takes messages that are due out of the outbox, hands them to the mail server, and writes down what it said.

mod owner;

use std::sync::Arc;

use chrono::{DateTime, Utc};

use crate::{
    directory::{Directory, InvitationView, NominationView},
    id::{InvitationId, MemberId, MessageId, NominationId},
    invitation::Channel,
    language::Language,
    lifecycle::Stage,
    link::Links,
    member::{Member, MemberStatus, leave},
    name::DisplayName,
    outbox::{Content, Delivery, Leased, Letter, MailKind, Mailer, Outbox, Patience, Verdict},
    role::{Access, Role},
    store::{Scope, StoreError},
    tenant::{Tenant, representative::Answer},
};

/// Most messages that one round takes. What became of them is written down together, so a crash repeats at most these.
pub const BATCH: u32 = 25;

/// The delivery worker's side of the domain. A clock is asked between messages, because a slow server takes time.
#[derive(Clone)]
pub struct Postman {
    /// The messages that are owed.
    pub outbox: Arc<dyn Outbox>,
    /// What the letters tell.
    pub directory: Arc<dyn Directory>,
    /// The mail server.
    pub mailer: Arc<dyn Mailer>,
    /// The keys of the links.
    pub links: Links,
    /// When to try again and when to give up.
    pub patience: Patience,
}

/// What one round did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Round {
    /// Messages that the server took.
    pub sent: u32,
    /// Messages that will be tried again.
    pub deferred: u32,
    /// Messages given up.
    pub failed: u32,
    /// Messages that nobody wants any more.
    pub dropped: u32,
}

/// Whom a letter greets, and in what language.
struct Addressee {
    name: DisplayName,
    language: Option<Language>,
}

impl From<Member> for Addressee {
    fn from(member: Member) -> Self {
        Self { name: member.name, language: member.language }
    }
}

impl Round {
    fn of(settled: &[(Leased, Delivery)]) -> Self {
        let mut round = Self::default();
        for (_, delivery) in settled {
            match delivery {
                Delivery::Sent { .. } => round.sent += 1,
                Delivery::Deferred { .. } | Delivery::Queued | Delivery::Sending { .. } => round.deferred += 1,
                Delivery::Failed { .. } => round.failed += 1,
                Delivery::Cancelled { .. } => round.dropped += 1,
            }
        }
        round
    }

    /// How many messages it took.
    pub const fn total(&self) -> u32 {
        self.sent + self.deferred + self.failed + self.dropped
    }
}

impl Postman {
    /// One round: at most [`BATCH`] messages. Returns what it did; nothing was due if that is all zeros.
    pub async fn round(&self, clock: &(dyn Fn() -> DateTime<Utc> + Send + Sync)) -> Result<Round, StoreError> {
        self.round_unless(&|| false, clock).await
    }

    /// Like [`round`](Self::round), but begins no further letter once `stopping` says yes: those that are left are due
    /// again at once, and what became of the others is written down.
    pub async fn round_unless(
        &self,
        stopping: &(dyn Fn() -> bool + Send + Sync),
        clock: &(dyn Fn() -> DateTime<Utc> + Send + Sync),
    ) -> Result<Round, StoreError> {
        let now = clock();
        // Claiming takes the writer's place; looking does not.
        if self.outbox.next_due().await?.is_none_or(|due| due > now) {
            return Ok(Round::default());
        }
        let leased = self.outbox.claim(now, now + self.patience.lease, BATCH).await?;
        let mut settled = Vec::with_capacity(leased.len());
        let mut trouble = None;
        for lease in leased {
            let held_back = if stopping() {
                Some("the server was ended")
            } else if clock() >= now + self.patience.lease / 2 {
                // A letter begun in the second half of the lease might outlast it: the rest is for the next round.
                Some("the mail server was too slow for the letters before this one")
            } else {
                None
            };
            if let Some(words) = held_back {
                settled.push((lease, Delivery::Deferred { until: now, words: words.to_owned() }));
                continue;
            }
            match self.attempt(&lease, clock()).await {
                Ok(Some(verdict)) => settled.push((lease.clone(), self.patience.settle(&lease, verdict, clock()))),
                Ok(None) => settled.push((lease, Delivery::Cancelled { at: clock() })),
                // A damaged record keeps its own letter back, and no other.
                Err(error @ StoreError::Corrupt { .. }) => {
                    let verdict = Verdict::NotNow(error.to_string());
                    settled.push((lease.clone(), self.patience.settle(&lease, verdict, clock())));
                    trouble = Some(error);
                }
                Err(error) => {
                    trouble = Some(error);
                    break;
                }
            }
        }
        // Whatever went wrong: a letter that has gone out and is not written down as such would go out again.
        self.outbox.settle(&settled).await?;
        trouble.map_or_else(|| Ok(Round::of(&settled)), Err)
    }

    /// Tries one message; `None` if there is no letter to send any more.
    async fn attempt(&self, lease: &Leased, now: DateTime<Utc>) -> Result<Option<Verdict>, StoreError> {
        let Some((addressee, content)) = self.content(lease, now).await? else { return Ok(None) };
        // The last look before the wire: a letter that was cancelled meanwhile must not go out.
        if !self.outbox.holds(lease).await? {
            return Ok(None);
        }
        let id = MessageId::from_uuid(lease.id.as_uuid());
        let Addressee { name, language } = addressee;
        let letter = Letter { id, to: lease.mail.to.clone(), to_name: name.to_string(), language, content };
        Ok(Some(self.mailer.send(&letter).await))
    }

    /// What the letter says and whom it greets, if there is still something to say.
    async fn content(&self, lease: &Leased, now: DateTime<Utc>) -> Result<Option<(Addressee, Content)>, StoreError> {
        let tenant = match lease.mail.about {
            Scope::Tenant(tenant) => tenant,
            Scope::Account(account) => return self.to_owner(lease, account, now).await,
            Scope::Installation => return Ok(None),
        };
        let subject = lease.mail.subject;
        match lease.mail.kind {
            MailKind::Invitation => {
                let view = self.directory.invitation(tenant, InvitationId::from_uuid(subject)).await?;
                Ok(view.and_then(|view| self.invitation(lease, view, now)))
            }
            MailKind::BecameMember => {
                let found = self.directory.member(tenant, MemberId::from_uuid(subject)).await?;
                let (Some(details), Some(tenant)) = (found, self.directory.tenant(tenant).await?) else {
                    return Ok(None);
                };
                let access = self.directory.access(tenant.id).await?;
                Ok(self.became_member(details.row.member, &tenant, &access))
            }
            MailKind::Nominated | MailKind::BecameRepresentative | MailKind::HandedOver => {
                let view = self.directory.nomination_view(tenant, NominationId::from_uuid(subject)).await?;
                Ok(view.and_then(|view| self.nomination(lease.mail.kind, view, now)))
            }
            MailKind::Reset
            | MailKind::ResetRefused
            | MailKind::ResetHandedOver
            | MailKind::PasswordChanged
            | MailKind::ConfirmAddress
            | MailKind::AddressChanged
            | MailKind::FactorsChanged
            | MailKind::SignInCode => Ok(None),
        }
    }

    /// An invitation whose newest link is this one and still open.
    fn invitation(&self, lease: &Leased, view: InvitationView, now: DateTime<Utc>) -> Option<(Addressee, Content)> {
        let invitation = &view.invitation;
        let open = invitation.stage_at(now) == Stage::Invited && invitation.generation == lease.mail.generation;
        let expires_at = invitation.deadline().filter(|_| open)?;
        let Channel::Mail(_) = invitation.channel else { return None };
        let content = Content::Invitation {
            tenant: view.tenant.name.to_string(),
            inviter: view.inviter,
            roles: view.roles.iter().map(|role| role.name.to_string()).collect(),
            link: self.links.url(&invitation.link()),
            expires_at,
        };
        Some((view.member.into(), content))
    }

    fn became_member(&self, member: Member, tenant: &Tenant, access: &Access) -> Option<(Addressee, Content)> {
        if member.status() == MemberStatus::Removed {
            return None;
        }
        let held = |role: &&Role| member.assignments.roles().any(|id| id == role.id);
        let content = Content::BecameMember {
            tenant: tenant.name.to_string(),
            roles: access.roles.iter().filter(held).map(|role| role.name.to_string()).collect(),
            open: self.links.place(tenant.id),
            leave: self.links.url(&leave::link(&member)),
        };
        Some((member.into(), content))
    }

    fn nomination(&self, kind: MailKind, view: NominationView, now: DateTime<Utc>) -> Option<(Addressee, Content)> {
        let NominationView { tenant, nomination, nominator, nominee } = view;
        let name = tenant.name.to_string();
        match (kind, nomination.answer) {
            (MailKind::Nominated, Answer::None) if nomination.stands_at(now) => {
                let (by, link) = (nominator.name.to_string(), self.links.place(tenant.id));
                let content = Content::Nominated { tenant: name, by, link, expires_at: nomination.expires_at };
                Some((nominee.into(), content))
            }
            (MailKind::BecameRepresentative, Answer::Accepted(_)) => {
                let content = Content::BecameRepresentative { tenant: name, former: nominator.name.to_string() };
                Some((nominee.into(), content))
            }
            (MailKind::HandedOver, Answer::Accepted(_)) => {
                let content = Content::HandedOver { tenant: name, successor: nominee.name.to_string() };
                Some((nominator.into(), content))
            }
            (..) => None,
        }
    }
}
