//! Every cell of the member's machine, driven through the use cases, and through the transitions themselves.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use chrono::{DateTime, TimeDelta, Utc};
use membership_core::{
    account::Account,
    department::Departments,
    id::MemberId,
    invariants::World,
    lifecycle::{MemberClosed, MemberCommand, member_cell},
    member::{Member, MemberState, MemberStatus, edit::Changes, remove::Heirs},
    refusal::Refusal,
    role::{Assignments, assign::Wanted},
};
use membership_testkit::Bed;

const ADDRESS: &str = "ann@example.org";

/// A bed with one member beside the representative, and the account that is, or may become, that member.
struct Scene {
    bed: Bed,
    member: MemberId,
    ann: Account,
}

/// Proves I-15 in part, for the table as a whole: joining, shutting out, letting in and removing are all that happens to a
/// member, and a removed one is removed for good.
#[test]
fn the_member_table_has_the_legal_transitions_only() {
    use MemberCommand as C;
    use MemberStatus as S;
    let legal = [
        (S::NotJoined, C::Join, S::Enabled),
        (S::NotJoined, C::Remove, S::Removed),
        (S::Enabled, C::Disable, S::Disabled),
        (S::Enabled, C::Remove, S::Removed),
        (S::Disabled, C::Enable, S::Enabled),
        (S::Disabled, C::Remove, S::Removed),
    ];
    for status in S::ALL {
        for command in C::ALL {
            let expected = legal.iter().find(|(from, by, _)| (*from, *by) == (status, command)).map(|(_, _, to)| *to);
            assert_eq!(member_cell(status, command).ok(), expected, "{status:?} {command:?}");
        }
    }
}

/// Proves I-15, I-16 in part, ORG-41: each of the four commands on a member in each of the four states, through the use case that
/// carries it out, does what the table says; what is refused says so by the table's code, and changes nothing; what is
/// done happens at that moment, in one record of the audit beside the invitation's, and joined is Enabled. Whoever comes
/// again is a new member.
#[tokio::test]
async fn every_cell_does_what_the_table_says() {
    let mut cells = 0;
    for status in MemberStatus::ALL {
        for command in MemberCommand::ALL {
            let scene = Scene::at(status).await;
            scene.bed.clock.advance(TimeDelta::hours(1));
            let before = scene.world().await;
            let ann = scene.bed.account(scene.ann.id).await.unwrap();
            let outcome = scene.carry_out(command).await;
            let (after, now) = (scene.world().await, scene.bed.clock.now());
            let case = format!("{command:?} in {status:?}");
            match member_cell(status, command) {
                Ok(next) => {
                    assert_eq!(outcome, Ok(()), "{case}");
                    let (was, is) = (scene.in_world(&before), scene.in_world(&after));
                    assert_eq!((is.status(), is), (next, &expected(was, command, &ann, now)), "{case}");
                    let names = after.audit.iter().skip(before.audit.len()).map(|record| record.name.as_str());
                    let own: Vec<&str> = names.filter(|name| name.starts_with("member.")).collect();
                    assert_eq!(own, [event_of(command)], "{case}");
                }
                Err(closed) => {
                    assert_eq!(outcome, Err(refusal_of(status, command, closed)), "{case}");
                    assert_eq!(after, before, "{case}");
                }
            }
            assert_eq!(scene.bed.violations().await.unwrap(), [], "{case}");
            cells += 1;
        }
    }
    assert_eq!(cells, 4 * 4);
    let scene = Scene::at(MemberStatus::Removed).await;
    let again = scene.bed.invite(ADDRESS).await.unwrap().member;
    assert_ne!(again.id, scene.member);
    assert_eq!(scene.in_world(&scene.world().await).status(), MemberStatus::Removed);
}

/// Joining needs a link, and the link answers first: it was used, or it was withdrawn with its member.
fn refusal_of(status: MemberStatus, command: MemberCommand, closed: MemberClosed) -> &'static str {
    match (command, status) {
        (MemberCommand::Join, MemberStatus::Removed) => "invitation-revoked",
        (MemberCommand::Join, _) => "invitation-joined",
        (MemberCommand::Disable | MemberCommand::Enable | MemberCommand::Remove, _) => closed.code(),
    }
}

fn event_of(command: MemberCommand) -> &'static str {
    match command {
        MemberCommand::Join => "member.joined",
        MemberCommand::Disable => "member.disabled",
        MemberCommand::Enable => "member.enabled",
        MemberCommand::Remove => "member.removed",
    }
}

/// What the requirements say of a member after a command, written out once more.
fn expected(was: &Member, command: MemberCommand, ann: &Account, now: DateTime<Utc>) -> Member {
    let mut is = was.clone();
    match command {
        MemberCommand::Join => {
            is.state = MemberState::Enabled { account: ann.id, joined_at: now };
            is.epoch = ann.epoch;
            is.username.clone_from(&ann.username);
        }
        MemberCommand::Disable => {
            let joined_at = was.joined_at().unwrap();
            is.state = MemberState::Disabled { account: ann.id, joined_at, disabled_at: now };
            is.epoch = ann.epoch + 1;
        }
        MemberCommand::Enable => {
            is.state = MemberState::Enabled { account: ann.id, joined_at: was.joined_at().unwrap() };
        }
        MemberCommand::Remove => {
            is.state = MemberState::Removed { account: was.account(), joined_at: was.joined_at(), removed_at: now };
            is.assignments = Assignments::default();
            is.departments = Departments::default();
            if was.account().is_some() {
                is.epoch = ann.epoch + 1;
            }
        }
    }
    is
}

/// Proves I-15 in part: the transitions by themselves, which everything else goes through, obey the table in every state.
#[tokio::test]
async fn every_transition_obeys_the_table() {
    let scene = Scene::at(MemberStatus::NotJoined).await;
    let (now, ann) = (scene.bed.clock.now(), &scene.ann);
    let waiting = scene.in_world(&scene.world().await).clone();
    let (account, joined_at) = (ann.id, now);
    for state in [
        waiting.state.clone(),
        MemberState::Enabled { account, joined_at },
        MemberState::Disabled { account, joined_at, disabled_at: now },
        MemberState::Removed { account: Some(account), joined_at: Some(now), removed_at: now },
        MemberState::Removed { account: None, joined_at: None, removed_at: now },
    ] {
        let member = Member { state, ..waiting.clone() };
        for command in MemberCommand::ALL {
            let changed = match command {
                MemberCommand::Join => member.clone().join(ann, now),
                MemberCommand::Disable => member.clone().disable(ann.epoch, now),
                MemberCommand::Enable => member.clone().enable(),
                MemberCommand::Remove => member.clone().remove(ann.epoch, now),
            };
            let case = format!("{command:?} in {:?}", member.state);
            assert_eq!(
                changed.as_ref().map(Member::status),
                member_cell(member.status(), command).as_ref().copied(),
                "{case}"
            );
            if let Ok(changed) = changed {
                assert_eq!(changed, expected(&member, command, ann, now), "{case}");
            }
        }
    }
}

/// Proves TEN-23: editing is for whoever is there, in whatever state; the representative is not edited, demoted, disabled
/// or removed, not even by another administrator.
#[tokio::test]
async fn editing_leaves_the_state_as_it_is() {
    for status in MemberStatus::ALL {
        let scene = Scene::at(status).await;
        let (bed, before) = (&scene.bed, scene.world().await);
        let was = scene.in_world(&before);
        let changes = || Changes { name: Some("Somebody Else".into()), ..Changes::default() };
        let edited = bed.membership.edit_member(&bed.as_administrator(), bed.target(was), changes()).await;
        if status == MemberStatus::Removed {
            assert_eq!(code(edited), Err("member-removed"));
            assert_eq!(scene.world().await, before);
        } else {
            let edited = edited.unwrap();
            assert_eq!((&edited.state, &edited.assignments), (&was.state, &was.assignments));
            assert_eq!(scene.in_world(&scene.world().await), &edited);
        }
        let manager = bed.added("boss", &["Administrator"]).await.unwrap();
        let (ctx, target) = (bed.as_account(&manager.account), bed.target(&bed.member));
        let untouchable = Err("member-is-representative");
        let demoted = vec![Wanted::role(bed.role("Member").await.unwrap())];
        let demoted = Changes { assignments: Some(demoted), ..Changes::default() };
        assert_eq!(code(bed.membership.edit_member(&ctx, target, demoted).await), untouchable);
        assert_eq!(code(bed.membership.edit_member(&ctx, target, changes()).await), untouchable);
        assert_eq!(code(bed.membership.disable_member(&ctx, target).await), untouchable);
        assert_eq!(code(bed.membership.enable_member(&ctx, target).await), untouchable);
        assert_eq!(code(bed.membership.remove_member(&ctx, target, Heirs::default()).await), untouchable);
    }
}

impl Scene {
    /// A scene whose member was led to `status` through the use cases.
    async fn at(status: MemberStatus) -> Self {
        let bed = Bed::new().await.unwrap();
        let ann = bed.stranger(ADDRESS).await.unwrap();
        let invited = bed.invite(ADDRESS).await.unwrap();
        let token = bed.token(&invited.invitation);
        bed.membership.accept_invitation(&bed.as_anybody(), &token).await.unwrap();
        let scene = Self { bed, member: invited.member.id, ann };
        let way: &[MemberCommand] = match status {
            MemberStatus::NotJoined => &[],
            MemberStatus::Enabled => &[MemberCommand::Join],
            MemberStatus::Disabled => &[MemberCommand::Join, MemberCommand::Disable],
            // Before anybody has joined: the other two ways there are in the tables.
            MemberStatus::Removed => &[MemberCommand::Remove],
        };
        for command in way {
            assert_eq!(scene.carry_out(*command).await, Ok(()), "a way that the table allows");
        }
        scene
    }

    async fn world(&self) -> World {
        self.bed.world(self.bed.tenant.id).await.unwrap()
    }

    fn in_world<'a>(&self, world: &'a World) -> &'a Member {
        world.members.iter().find(|member| member.id == self.member).unwrap()
    }

    async fn carry_out(&self, command: MemberCommand) -> Result<(), &'static str> {
        let world = self.world().await;
        let (bed, target) = (&self.bed, self.bed.target(self.in_world(&world)));
        let administrator = bed.as_administrator();
        match command {
            MemberCommand::Join => {
                let own = world.invitations.iter().find(|invitation| invitation.member == self.member).unwrap();
                let ann = bed.account(self.ann.id).await.unwrap();
                code(bed.membership.join(&bed.as_account(&ann), &bed.token(own)).await)
            }
            MemberCommand::Disable => code(bed.membership.disable_member(&administrator, target).await),
            MemberCommand::Enable => code(bed.membership.enable_member(&administrator, target).await),
            MemberCommand::Remove => code(bed.membership.remove_member(&administrator, target, Heirs::default()).await),
        }
    }
}

fn code<T>(outcome: Result<T, impl Refusal>) -> Result<(), &'static str> {
    outcome.map(|_| ()).map_err(|refusal| refusal.code())
}
