//! The two state machines as tables. The code runs by these tables, the exhaustive tests walk them, and the diagrams
//! in the documentation are drawn from them.

use crate::{member::MemberStatus, refusal::refusals};

/// The name of an invitation's state at a moment: past its deadline it is Expired, written so or not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Stage {
    /// Made, not sent.
    Ready,
    /// Sent: its link is open.
    Invited,
    /// The person has said yes and is on the way.
    Accepted,
    /// The person is a member. Final.
    Joined,
    /// The person has said no.
    Rejected,
    /// Taken back by an administrator.
    Revoked,
    /// The time ran out.
    Expired,
}

/// What can be done to an invitation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Command {
    /// Send what was made to be sent later.
    Send,
    /// Issue a new link, which kills the old one; on a closed invitation this is the re-invitation.
    Resend,
    /// The person says yes ("Join now").
    Accept,
    /// The person, with an account at hand, becomes a member.
    Join,
    /// The person says no.
    Reject,
    /// An administrator takes it back.
    Revoke,
    /// The deadline has passed.
    Expire,
}

/// What the table says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cell {
    /// Goes to this state.
    To(Stage),
    /// Allowed, and changes nothing.
    Stays,
    /// Refused.
    No(Closed),
}

refusals! {
    /// Why an invitation does not take a command in the state it is in.
    #[derive(Copy)]
    pub enum Closed {
        /// It was never sent.
        NotSent = Conflict "invitation-not-sent"
            ("the invitation has not been sent yet", "send it first");
        /// It was sent already.
        AlreadySent = Conflict "invitation-already-sent"
            ("the invitation was sent already", "resend it to issue a new link");
        /// Nobody has accepted it.
        NotAccepted = Conflict "invitation-not-accepted"
            ("the invitation has not been accepted yet", "accept it first");
        /// Its link was used: the person is a member.
        Joined = Gone "invitation-joined"
            ("this invitation was used: the person has joined", "sign in; there is nothing left to accept");
        /// The person declined.
        Rejected = Gone "invitation-rejected"
            ("this invitation was declined", "ask an administrator to invite again if that was a mistake");
        /// An administrator took it back.
        Revoked = Gone "invitation-revoked"
            ("this invitation was withdrawn", "ask an administrator to invite again if that was a mistake");
        /// Too late.
        Expired = Gone "invitation-expired"
            ("this invitation has expired", "ask an administrator to invite again");
    }
}

impl Stage {
    /// All states, in the order of the table.
    pub const ALL: [Self; 7] =
        [Self::Ready, Self::Invited, Self::Accepted, Self::Expired, Self::Rejected, Self::Revoked, Self::Joined];

    /// The stable word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ready => "ready",
            Self::Invited => "invited",
            Self::Accepted => "accepted",
            Self::Joined => "joined",
            Self::Rejected => "rejected",
            Self::Revoked => "revoked",
            Self::Expired => "expired",
        }
    }

    /// Whether the invitation still waits for somebody.
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Ready | Self::Invited | Self::Accepted)
    }
}

impl Command {
    /// All commands, in the order of the table.
    pub const ALL: [Self; 7] =
        [Self::Send, Self::Resend, Self::Accept, Self::Join, Self::Reject, Self::Revoke, Self::Expire];

    /// The stable word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Send => "send",
            Self::Resend => "resend",
            Self::Accept => "accept",
            Self::Join => "join",
            Self::Reject => "reject",
            Self::Revoke => "revoke",
            Self::Expire => "expire",
        }
    }
}

/// The invitation machine: what `command` does to an invitation in `stage`.
#[rustfmt::skip]
#[expect(clippy::match_same_arms, reason = "a table is read row by row")]
pub const fn invitation_cell(stage: Stage, command: Command) -> Cell {
    use Cell::{No, Stays, To};
    use Command as C;
    use Stage as S;
    match (stage, command) {
        (S::Ready, C::Send)                            => To(S::Invited),
        (S::Ready, C::Revoke)                          => To(S::Revoked),
        (S::Ready, C::Resend | C::Accept | C::Join
                 | C::Reject | C::Expire)              => No(Closed::NotSent),

        (S::Invited, C::Resend)                        => To(S::Invited),
        (S::Invited, C::Accept)                        => To(S::Accepted),
        (S::Invited, C::Reject)                        => To(S::Rejected),
        (S::Invited, C::Revoke)                        => To(S::Revoked),
        (S::Invited, C::Send)                          => No(Closed::AlreadySent),
        (S::Invited, C::Join)                          => No(Closed::NotAccepted),

        (S::Accepted, C::Resend)                       => To(S::Invited),
        (S::Accepted, C::Accept)                       => Stays,
        (S::Accepted, C::Join)                         => To(S::Joined),
        (S::Accepted, C::Reject)                       => To(S::Rejected),
        (S::Accepted, C::Revoke)                       => To(S::Revoked),
        (S::Accepted, C::Send)                         => No(Closed::AlreadySent),

        // Past its deadline an invitation is Expired before anybody has written it down; `expire` writes it down.
        (S::Invited | S::Accepted, C::Expire)          => Stays,
        (S::Expired, C::Expire)                        => To(S::Expired),

        (S::Expired | S::Rejected | S::Revoked,
            C::Resend)                                 => To(S::Invited),
        (S::Expired, C::Send | C::Accept | C::Join
            | C::Reject | C::Revoke)                   => No(Closed::Expired),
        (S::Rejected, C::Send | C::Accept | C::Join
            | C::Reject | C::Revoke | C::Expire)       => No(Closed::Rejected),
        (S::Revoked, C::Send | C::Accept | C::Join
            | C::Reject | C::Revoke | C::Expire)       => No(Closed::Revoked),

        (S::Joined, _)                                 => No(Closed::Joined),
    }
}

/// What can be done to a member.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MemberCommand {
    /// The person has accepted and has an account.
    Join,
    /// Shut out, keep everything.
    Disable,
    /// Let in again.
    Enable,
    /// End the membership.
    Remove,
}

refusals! {
    /// Why a member does not take a command in the state it is in.
    #[derive(Copy)]
    pub enum MemberClosed {
        /// The person has not joined.
        NotJoined = Conflict "member-not-joined"
            ("the member has not joined yet", "wait for the person to join, or revoke the invitation");
        /// Enabled already.
        AlreadyEnabled = Conflict "member-already-enabled"
            ("the member is enabled already", "there is nothing left to do");
        /// Disabled already.
        AlreadyDisabled = Conflict "member-already-disabled"
            ("the member is disabled already", "there is nothing left to do");
        /// Gone for good.
        Removed = Gone "member-removed"
            ("the member was removed", "invite the person again to make a new member");
    }
}

/// What the member table says: the next state, or the refusal.
pub type MemberCell = Result<MemberStatus, MemberClosed>;

impl MemberCommand {
    /// All commands, in the order of the table.
    pub const ALL: [Self; 4] = [Self::Join, Self::Disable, Self::Enable, Self::Remove];

    /// The stable word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Join => "join",
            Self::Disable => "disable",
            Self::Enable => "enable",
            Self::Remove => "remove",
        }
    }
}

/// The member machine: what `command` does to a member in `status`.
#[rustfmt::skip]
#[expect(clippy::match_same_arms, reason = "a table is read row by row")]
pub const fn member_cell(status: MemberStatus, command: MemberCommand) -> MemberCell {
    use MemberClosed as No;
    use MemberCommand as C;
    use MemberStatus as S;
    match (status, command) {
        (S::NotJoined, C::Join)                        => Ok(S::Enabled),
        (S::NotJoined, C::Disable | C::Enable)         => Err(No::NotJoined),
        (S::Enabled, C::Disable)                       => Ok(S::Disabled),
        (S::Enabled, C::Join | C::Enable)              => Err(No::AlreadyEnabled),
        (S::Disabled, C::Enable)                       => Ok(S::Enabled),
        (S::Disabled, C::Join | C::Disable)            => Err(No::AlreadyDisabled),
        (S::NotJoined | S::Enabled | S::Disabled,
            C::Remove)                                 => Ok(S::Removed),
        (S::Removed, _)                                => Err(No::Removed),
    }
}
