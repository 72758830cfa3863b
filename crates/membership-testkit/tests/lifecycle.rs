//! Every cell of the invitation's machine, driven through the use cases.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

use chrono::{DateTime, TimeDelta, Utc};
use membership_core::{
    account::Account,
    context::Context,
    id::InvitationId,
    invariants::World,
    invitation::{
        Invitation, Subject,
        invite::{Invite, Reach, Sending},
    },
    lifecycle::{Cell, Command, Stage, invitation_cell},
    refusal::Refusal,
};
use membership_testkit::{Bed, clock::TICK};

const ADDRESS: &str = "ann@example.org";

/// A bed with one invitation, and an account that may join by it.
struct Scene {
    bed: Bed,
    invitation: InvitationId,
    ann: Account,
}

/// Proves X-2, ACC-4, ACC-18, ACC-19, ORG-21, ORG-35, A18, I-24, I-42: each of the 7 commands in each of the 7
/// stages, one microsecond before, at, and after the deadline, by mail and by link, does what the table says, and a
/// refusal carries the table's code and changes nothing.
#[tokio::test]
async fn every_cell_does_what_the_table_says() {
    let mut cells = 0;
    for by_mail in [true, false] {
        for stored in Stage::ALL {
            for command in Command::ALL {
                for offset in [-TICK, TimeDelta::zero(), TICK] {
                    let scene = Scene::at(stored, by_mail).await;
                    scene.bed.clock.set(scene.deadline().await + offset);
                    scene.check(stored, command).await;
                    cells += 1;
                }
            }
        }
    }
    assert_eq!(cells, 2 * 7 * 7 * 3);
}

/// Proves ORG-20, ORG-36, A6, and I-25 in part: with nothing that sweeps, a link is good at the last microsecond of its 72 hours and
/// not after it; one accepted then has 24 hours from that moment, and not a microsecond more.
#[tokio::test]
async fn a_link_is_good_for_72_hours_and_then_24_to_finish() {
    let scene = Scene::at(Stage::Invited, true).await;
    let sent = scene.invitation().await.sent_at.unwrap();
    assert_eq!(scene.deadline().await, sent + TimeDelta::hours(72));
    scene.bed.clock.set(sent + TimeDelta::hours(72));
    assert_eq!(scene.carry_out(Command::Accept).await, Err("invitation-expired"));
    scene.bed.clock.set(sent + TimeDelta::hours(72) - TICK);
    assert_eq!(scene.carry_out(Command::Accept).await, Ok(()));
    let accepted = scene.bed.clock.now();
    scene.bed.clock.set(accepted + TimeDelta::hours(24));
    assert_eq!(scene.carry_out(Command::Join).await, Err("invitation-expired"));
    scene.bed.clock.set(accepted + TimeDelta::hours(24) - TICK);
    assert_eq!(scene.carry_out(Command::Join).await, Ok(()));
}

/// Proves A12, I-24: after three resends only the newest link works; the older ones say that they are superseded and nothing
/// of what became of the newest.
#[tokio::test]
async fn only_the_newest_link_works() {
    for by_mail in [true, false] {
        let scene = Scene::at(Stage::Invited, by_mail).await;
        let mut older = vec![scene.bed.token(&scene.invitation().await)];
        for _ in 0..3 {
            scene.carry_out(Command::Resend).await.unwrap();
            older.push(scene.bed.token(&scene.invitation().await));
        }
        let newest = older.pop().unwrap();
        for token in &older {
            let (membership, anybody) = (&scene.bed.membership, scene.bed.as_anybody());
            assert_eq!(code(membership.open_invitation(&anybody, token).await), Err("link-superseded"));
            assert_eq!(code(membership.accept_invitation(&anybody, token).await), Err("link-superseded"));
            assert_eq!(code(membership.reject_invitation(&anybody, token).await), Err("link-superseded"));
            let register = scene.bed.registration(token);
            assert_eq!(code(membership.register(&anybody, register).await), Err("link-superseded"));
        }
        scene.bed.membership.accept_invitation(&scene.bed.as_anybody(), &newest).await.unwrap();
    }
}

/// Proves ACC-5, in the part of the kernel: looking at a link, however often, is not accepting; only the moment of
/// the first look is written down.
#[tokio::test]
async fn opening_changes_no_state() {
    let scene = Scene::at(Stage::Invited, true).await;
    let before = scene.invitation().await;
    let token = scene.bed.token(&before);
    let first_look = scene.bed.clock.now();
    for _ in 0..20 {
        scene.bed.membership.open_invitation(&scene.bed.as_anybody(), &token).await.unwrap();
        scene.bed.clock.advance(TimeDelta::seconds(1));
    }
    assert_eq!(scene.invitation().await, Invitation { opened_at: Some(first_look), ..before });
    assert_eq!(scene.carry_out(Command::Accept).await, Ok(()));
}

impl Scene {
    /// A scene whose invitation was led to `stored` through the use cases.
    async fn at(stored: Stage, by_mail: bool) -> Self {
        let bed = Bed::new().await.expect("a bed");
        let ann = bed.stranger(ADDRESS).await.unwrap();
        let reach = if by_mail { Reach::Mail(ADDRESS.into()) } else { Reach::Link(Some(ADDRESS.into())) };
        let people = vec![bed.invitee(reach).await.unwrap()];
        let send = if stored == Stage::Ready { Sending::Later } else { Sending::Now };
        let command = Invite { people, send: Some(send), ..bed.invitation_to("").await.unwrap() };
        let invitation = bed.invite_one(command).await.unwrap().invitation.id;
        let scene = Self { bed, invitation, ann };
        let way: &[Command] = match stored {
            Stage::Ready | Stage::Invited => &[],
            Stage::Accepted => &[Command::Accept],
            Stage::Joined => &[Command::Accept, Command::Join],
            Stage::Rejected => &[Command::Reject],
            Stage::Revoked => &[Command::Revoke],
            Stage::Expired => {
                scene.bed.clock.set(scene.deadline().await);
                &[Command::Expire]
            }
        };
        for command in way {
            scene.carry_out(*command).await.expect("a way that the table allows");
        }
        scene
    }

    async fn invitation(&self) -> Invitation {
        let view = self.bed.adapter.directory.invitation(self.bed.tenant.id, self.invitation).await;
        view.unwrap().unwrap().invitation
    }

    /// The deadline that runs; for a stage that has none, the one that its newest link had or would have had.
    async fn deadline(&self) -> DateTime<Utc> {
        let invitation = self.invitation().await;
        let issued = invitation.sent_at.unwrap_or(invitation.created_at);
        invitation.deadline().unwrap_or_else(|| invitation.validity.end(issued))
    }

    async fn world(&self) -> World {
        self.bed.world(self.bed.tenant.id).await.unwrap()
    }

    async fn check(&self, stored: Stage, command: Command) {
        let (before, now) = (self.world().await, self.bed.clock.now());
        let stage = self.invitation().await.stage_at(now);
        let case = format!("{command:?} in {stage:?} (written: {stored:?})");
        let outcome = self.carry_out(command).await;
        let after = self.world().await;
        match invitation_cell(stage, command) {
            Cell::To(next) => {
                assert_eq!(outcome, Ok(()), "{case}");
                assert_eq!(self.invitation().await.stage_at(now), next, "{case}");
                let news = after.audit.len() - before.audit.len();
                assert_eq!(news, usize::from(stored != Stage::Expired || command != Command::Expire), "{case}");
            }
            Cell::Stays => {
                assert_eq!(outcome, Ok(()), "{case}");
                assert_eq!(after, before, "{case}");
            }
            Cell::No(closed) => {
                assert_eq!(outcome, Err(closed.code()), "{case}");
                assert_eq!(after, before, "{case}");
            }
        }
        assert_eq!(self.bed.violations().await.unwrap(), [], "{case}");
    }

    async fn carry_out(&self, command: Command) -> Result<(), &'static str> {
        let Self { bed, invitation, ann } = self;
        let (tenant, invitation) = (bed.tenant.id, *invitation);
        let (administrator, anybody): (Context, Context) = (bed.as_administrator(), bed.as_anybody());
        let current = self.invitation().await;
        let token = bed.token(&current);
        let subject = Subject { tenant, invitation };
        match command {
            Command::Send => code(bed.membership.send_invitation(&administrator, subject).await),
            Command::Resend => code(bed.membership.resend_invitation(&administrator, subject).await),
            Command::Accept => code(bed.membership.accept_invitation(&anybody, &token).await),
            Command::Join => code(bed.membership.join(&bed.as_account(ann), &token).await),
            Command::Reject => code(bed.membership.reject_invitation(&anybody, &token).await),
            Command::Revoke => code(bed.membership.revoke_invitation(&administrator, subject).await),
            Command::Expire => {
                // The sweeper passes over what is not due, so the transition itself tells the reason.
                let written = bed.membership.expire_invitations(&bed.as_system(), 10).await.unwrap();
                let transition = current.expire(bed.clock.now());
                assert_eq!(written, u32::from(matches!(transition, Ok(Some(_)))));
                code(transition)
            }
        }
    }
}

fn code<T>(outcome: Result<T, impl Refusal>) -> Result<(), &'static str> {
    outcome.map(|_| ()).map_err(|refusal| refusal.code())
}
