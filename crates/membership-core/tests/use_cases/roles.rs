//! Defining, editing and deleting roles.

use membership_core::{
    id::RoleId,
    member::{edit::Changes, remove::Heirs},
    role::{
        assign::Wanted,
        define::{RoleDraft, RoleOf},
    },
};
use membership_testkit::{Bed, Failure, bed::draft};

use crate::{code, holding, question};

const MANAGE: &str = "membership:roles.manage";
const READ: &str = "membership:members.read";

fn role(bed: &Bed, role: RoleId) -> RoleOf {
    RoleOf { tenant: bed.tenant.id, role }
}

/// Somebody who may define roles, but holds little else.
async fn modeller(bed: &Bed) -> Result<membership_testkit::bed::Person, Failure> {
    bed.define_role("Modeller", &[MANAGE, READ], &[]).await?;
    bed.added("modeller", &["Modeller"]).await
}

/// Proves I-10 and APP-31 in part: roles are made, edited and deleted; nobody puts into one what they do not hold, or
/// touches one that they hold themselves or that gives more than they hold.
#[tokio::test]
async fn a_role_gives_no_more_than_its_maker_holds() -> Result<(), Failure> {
    let bed = Bed::new().await?;
    let modeller = modeller(&bed).await?;
    let ctx = bed.as_account(&modeller.account);
    let define = |draft: RoleDraft| bed.membership.define_role(&ctx, bed.tenant.id, draft);
    let manager = bed.role("Member manager").await?;
    let administrator = bed.role("Administrator").await?;
    assert_eq!(code(define(draft("X", &["membership:members.manage"], &[])).await), "grant-exceeds-own");
    assert_eq!(code(define(draft("X", &[], &[manager])).await), "grant-exceeds-own");
    assert_eq!(code(define(draft("X", &["no:such.thing"], &[])).await), "permission-unknown");
    assert_eq!(code(define(draft("X", &[], &[RoleId::from_uuid(uuid::Uuid::nil())])).await), "role-unknown");
    assert_eq!(code(define(draft(" ", &[READ], &[])).await), "name-empty");
    assert_eq!(code(define(draft("Modeller", &[READ], &[])).await), "role-name-taken");
    let reader = define(draft("Reader", &[READ], &[])).await?;

    let edit = |id: RoleId, draft: RoleDraft| bed.membership.edit_role(&ctx, role(&bed, id), draft);
    assert_eq!(code(edit(administrator, draft("Administrator", &[], &[])).await), "role-is-system");
    assert_eq!(code(edit(manager, draft("Member manager", &[READ], &[])).await), "grant-exceeds-own");
    let own = bed.role("Modeller").await?;
    assert_eq!(code(edit(own, draft("Modeller", &[READ], &[])).await), "role-is-own");
    assert_eq!(code(edit(reader.id, draft("Reader", &[], &[reader.id])).await), "role-circle");
    let above = define(draft("Above", &[], &[reader.id])).await?;
    assert_eq!(code(edit(reader.id, draft("Reader", &[], &[above.id])).await), "role-circle");
    let nobody = RoleId::from_uuid(uuid::Uuid::nil());
    assert_eq!(code(edit(nobody, draft("Nobody", &[], &[])).await), "role-unknown");
    edit(reader.id, draft("Reader", &[READ, MANAGE], &[])).await?;
    assert_eq!(bed.violations().await?, []);
    Ok(())
}

/// Proves A30: nobody widens a role that is the own one, held directly or through another, or above it, nor any by a
/// permission that they lack, by itself or through a role it includes. What is changed holds at once for everybody who
/// holds the role, by sessions that are under way.
#[tokio::test]
async fn a_role_is_not_widened_beyond_ones_own() -> Result<(), Failure> {
    const LACKING: &str = "membership:members.manage";
    let bed = Bed::new().await?;
    let inner = bed.define_role("Inner", &[READ], &[]).await?;
    bed.define_role("Modeller", &[MANAGE], &[inner.id]).await?;
    let modeller = bed.added("modeller", &["Modeller"]).await?;
    let below = bed.define_role("Below", &[READ], &[]).await?;
    let above = bed.define_role("Above", &[READ, LACKING], &[]).await?;
    let holders = [bed.added("ann", &["Below"]).await?, bed.added("ben", &["Below"]).await?];
    let before = bed.world(bed.tenant.id).await?;
    let ctx = bed.as_account(&modeller.account);
    let own = bed.role("Modeller").await?;
    for (id, draft, refusal) in [
        (own, draft("Modeller", &[MANAGE, READ], &[]), "role-is-own"),
        (inner.id, draft("Inner", &[READ, MANAGE], &[]), "role-is-own"),
        (above.id, draft("Above", &[READ, LACKING, MANAGE], &[]), "grant-exceeds-own"),
        (above.id, draft("Above", &[READ], &[]), "grant-exceeds-own"),
        (below.id, draft("Below", &[READ, LACKING], &[]), "grant-exceeds-own"),
        (below.id, draft("Below", &[READ], &[above.id]), "grant-exceeds-own"),
    ] {
        assert_eq!(code(bed.membership.edit_role(&ctx, role(&bed, id), draft.clone()).await), refusal, "{draft:?}");
    }
    assert_eq!(bed.world(bed.tenant.id).await?, before, "a refusal changes nothing");

    let sessions = holders.map(|holder| bed.as_account(&holder.account));
    for (permissions, expected) in [(&[READ, MANAGE][..], true), (&[READ], false), (&[MANAGE], true)] {
        bed.membership.edit_role(&ctx, role(&bed, below.id), draft("Below", permissions, &[])).await?;
        for session in &sessions {
            assert_eq!(bed.membership.check(session, bed.tenant.id, &question(MANAGE)).await?, expected);
        }
    }
    assert_eq!(bed.violations().await?, []);
    Ok(())
}

/// A role that somebody holds, is invited to, or that another role includes, stays; the refusal says how many.
#[tokio::test]
async fn a_role_in_use_stays() -> Result<(), Failure> {
    let bed = Bed::new().await?;
    let ctx = bed.as_administrator();
    let inner = bed.define_role("Inner", &[READ], &[]).await?;
    let outer = bed.define_role("Outer", &[], &[inner.id]).await?;
    let delete = |id: RoleId| bed.membership.delete_role(&ctx, role(&bed, id));
    assert_eq!(code(delete(inner.id).await), "role-is-included");
    let mut command = bed.invitation_to("ann@example.org").await?;
    command.people[0].assignments = vec![Wanted::role(outer.id)];
    let asked = bed.invite_one(command).await?;
    let ben = bed.added("ben", &["Outer"]).await?;
    let refused = delete(outer.id).await.expect_err("in use");
    assert!(refused.to_string().starts_with("2 member(s)"), "{refused}");
    bed.membership.remove_member(&ctx, bed.target(&asked.member), Heirs::default()).await?;
    let other = holding(vec![Wanted::role(bed.role("Member").await?)]);
    bed.membership.edit_member(&ctx, bed.target(&ben.member), Changes { name: None, ..other }).await?;
    delete(outer.id).await?;
    delete(inner.id).await?;
    assert_eq!(code(delete(inner.id).await), "role-unknown");
    let administrator = bed.role("Administrator").await?;
    assert_eq!(code(delete(administrator).await), "role-is-system");
    assert_eq!(bed.violations().await?, []);
    Ok(())
}

/// The table of authority says for each role what it gives, by itself and by what it includes.
#[tokio::test]
async fn the_table_of_authority_is_complete() -> Result<(), Failure> {
    let bed = Bed::new().await?;
    let inner = bed.define_role("Inner", &[READ], &[]).await?;
    bed.define_role("Outer", &[MANAGE], &[inner.id]).await?;
    let table = bed.membership.authority(&bed.as_administrator(), bed.tenant.id).await?;
    let outer = table.iter().find(|row| row.role.name.as_str() == "Outer").expect("a row");
    assert_eq!(outer.gives.iter().map(ToString::to_string).collect::<Vec<_>>(), [READ, MANAGE]);
    let access = bed.membership.access(&bed.as_administrator(), bed.tenant.id).await?;
    let all: usize = access.applications.iter().map(|application| application.permissions.len()).sum();
    let administrator = table.iter().find(|row| row.role.administrator).expect("a row");
    assert_eq!(administrator.gives.iter().count(), all);
    Ok(())
}
