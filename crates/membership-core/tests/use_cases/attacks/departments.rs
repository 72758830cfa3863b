//! Departments: what moving, dissolving and limited rights gave to those who did not hold it.

use chrono::TimeDelta;
use membership_core::{
    account::reset::ResetPassword,
    context::Context,
    directory::{Page, RecordFilter, RecordOrder},
    id::DepartmentId,
    invitation::invite::{Invite, Invitee, Reach},
    member::{Member, edit::Changes},
    ports::Secret,
    role::{assign::Wanted, define::RoleDraft},
};
use membership_testkit::{Failure, bed::PASSWORD};

use super::keys::{MANAGE, by_key, wanted};
use crate::{
    code,
    departments::{Company, placed},
    holding, outcome,
};

/// Somebody dissolves a department into another, as planned at once.
pub(super) async fn dissolve(
    company: &Company,
    ctx: &Context,
    which: DepartmentId,
    into: DepartmentId,
) -> &'static str {
    let membership = &company.bed.membership;
    match membership.plan_dissolution(ctx, company.of(which), into).await {
        Ok(plan) => outcome(membership.dissolve_department(ctx, company.of(which), into, &plan.digest).await),
        Err(error) => code(Err::<(), _>(error)),
    }
}

/// Somebody who is invited, by a link that is handed over.
pub(super) fn by_link(assignments: Vec<Wanted>, departments: &[DepartmentId]) -> Invitee {
    Invitee {
        name: "Ann Example".into(),
        reach: Reach::Link(None),
        assignments,
        departments: departments.to_vec(),
        language: None,
    }
}

async fn invite(company: &Company, person: Invitee) -> Result<Invite, Failure> {
    Ok(Invite { people: vec![person], ..company.bed.invitation_to("x@example.org").await? })
}

async fn stored(company: &Company, member: &Member) -> Result<Member, Failure> {
    let bed = &company.bed;
    Ok(bed.membership.member(&bed.as_administrator(), bed.tenant.id, member.id).await?.row.member)
}

/// A deputy, who manages the members of Sales for good, and until tomorrow everybody and the tree; with somebody of Finance.
async fn deputy(company: &Company) -> Result<(Context, Member), Failure> {
    let Company { bed, root, sales, finance, .. } = company;
    let until = Some(bed.clock.now() + TimeDelta::days(1));
    let mut given = vec![company.wanted("Member manager", Some(*sales)).await?];
    for role in ["Member manager", "Gardener"] {
        given.push(Wanted { until, ..company.wanted(role, Some(*root)).await? });
    }
    let (_, deputy) = company.person("deputy", &[*sales], given).await?;
    Ok((deputy, company.member("victim", &[*finance]).await?))
}

/// The day after tomorrow the deputy does not reach `victim`, whatever was moved where.
async fn is_out_of_the_deputys_reach(company: &Company, victim: &Member) -> Result<(), Failure> {
    let bed = &company.bed;
    bed.clock.advance(TimeDelta::days(2));
    let deputy = bed.as_signed_in(&bed.sign_in("deputy", PASSWORD).await?);
    assert_eq!(code(bed.membership.disable_member(&deputy, bed.target(victim)).await), "member-unknown");
    company.is_sound().await
}

/// Proves A22 in part and A23 in part: what is held until tomorrow brings nothing into the reach of what is held for good. A deputy
/// for a day hung Finance below the department that was his own, and managed it ever after.
#[tokio::test]
async fn a_right_for_a_day_does_not_become_one_for_good_by_a_move() -> Result<(), Failure> {
    let company = Company::new().await?;
    let Company { bed, sales, finance, .. } = &company;
    let (deputy, victim) = deputy(&company).await?;
    // It is what the deputy could not give either.
    let friend = company.member("friend", &[*sales]).await?;
    let wanted = vec![company.wanted("Worker", None).await?, company.wanted("Member manager", Some(*finance)).await?];
    let given = bed.membership.edit_member(&deputy, bed.target(&friend), holding(wanted)).await;
    assert_eq!(code(given), "grant-exceeds-own");
    assert_eq!(company.move_to(&deputy, *finance, *sales).await, "reach-exceeds-own");
    is_out_of_the_deputys_reach(&company, &victim).await
}

/// Proves A22 in part and A23 in part: the same by people. A deputy for a day drew somebody over from Finance into Sales.
#[tokio::test]
async fn a_right_for_a_day_does_not_become_one_for_good_by_an_edit() -> Result<(), Failure> {
    let company = Company::new().await?;
    let bed = &company.bed;
    let (deputy, victim) = deputy(&company).await?;
    let drawn = bed.membership.edit_member(&deputy, bed.target(&victim), placed(&[company.sales])).await;
    assert_eq!(code(drawn), "reach-exceeds-own");
    is_out_of_the_deputys_reach(&company, &victim).await
}

/// Proves A22 in part and A23 in part: the same by a plan. A deputy for a day dissolved Finance into Sales.
#[tokio::test]
async fn a_right_for_a_day_does_not_become_one_for_good_by_dissolving() -> Result<(), Failure> {
    let company = Company::new().await?;
    let (deputy, victim) = deputy(&company).await?;
    assert_eq!(dissolve(&company, &deputy, company.finance, company.sales).await, "reach-exceeds-own");
    is_out_of_the_deputys_reach(&company, &victim).await
}

/// Proves A22 in part: who is limited to Sales gains nothing by taking a department away from others. Somebody who
/// managed all members, and invited for Sales alone, took Finance away from who was invited to both, and issued that person's link.
#[tokio::test]
async fn a_right_is_not_gained_by_taking_a_department_away() -> Result<(), Failure> {
    let company = Company::new().await?;
    let Company { bed, sales, finance, .. } = &company;
    bed.define_role("Inviter", &["membership:members.invite"], &[]).await?;
    let given = vec![company.wanted("Shifter", None).await?, company.wanted("Inviter", Some(*sales)).await?];
    let (_, shifter) = company.person("shifter", &[*sales], given).await?;
    let person = by_link(vec![company.wanted("Worker", None).await?], &[*sales, *finance]);
    let ann = bed.invite_one(invite(&company, person).await?).await?.member;
    let bob = company.member("bob", &[*finance]).await?;
    for member in [&ann, &bob] {
        let placed = bed.membership.edit_member(&shifter, bed.target(member), placed(&[*sales])).await;
        assert_eq!(code(placed), "reach-exceeds-own");
    }
    assert_eq!(code(bed.membership.reinvite_member(&shifter, bed.target(&ann)).await), "other-departments");
    company.is_sound().await
}

/// Proves A24 in part, A28 in part and I-8 in part: a plan changes nobody whom an edit would not change. The head of Sales moved
/// himself and an administrator, by dissolving the department that both belonged to.
#[tokio::test]
async fn dissolving_moves_nobody_above_nor_the_one_who_does_it() -> Result<(), Failure> {
    let company = Company::new().await?;
    let Company { bed, sales, north, south, .. } = &company;
    let mut given = Vec::new();
    for role in ["Member manager", "Gardener"] {
        given.push(company.wanted(role, Some(*sales)).await?);
    }
    let (head, ctx) = company.person("head", &[*north], given).await?;
    assert_eq!(dissolve(&company, &ctx, *north, *south).await, "member-is-self");
    company.edit(&head.member, placed(&[*sales])).await?;
    let above = bed.added("above", &["Administrator"]).await?;
    company.edit(&above.member, placed(&[*north])).await?;
    assert_eq!(dissolve(&company, &ctx, *north, *south).await, "member-above-own");
    assert_eq!(stored(&company, &above.member).await?.departments.all(), [*north]);
    company.edit(&above.member, placed(&[*sales])).await?;
    assert_eq!(dissolve(&company, &ctx, *north, *south).await, "done");
    company.is_sound().await
}

/// Proves A24 in part and I-8 in part: whoever may only shape the tree ends nobody's rights. What an administrator held for North
/// ended as somebody dissolved North who manages no members.
#[tokio::test]
async fn whoever_manages_no_members_ends_no_rights() -> Result<(), Failure> {
    let company = Company::new().await?;
    let Company { sales, north, south, finance, .. } = &company;
    let given = vec![company.wanted("Worker", Some(*north)).await?, company.wanted("Administrator", None).await?];
    let (above, _) = company.person("above", &[*finance], given).await?;
    let (_, gardener) = company.head("gardener", "Gardener", *sales).await?;
    assert_eq!(dissolve(&company, &gardener, *north, *south).await, "permission-missing");
    let held = stored(&company, &above.member).await?.assignments;
    assert!(held.iter().any(|held| held.within == Some(*north)), "{held:?}");
    company.is_sound().await
}

/// Proves A23 in part: a plan is outdated, too, once others would get something by it. Somebody had been made the head of where all
/// went after the plan was looked at, and it was carried out.
#[tokio::test]
async fn a_plan_does_not_hold_once_others_would_get_something_by_it() -> Result<(), Failure> {
    let company = Company::new().await?;
    let Company { bed, north, finance, .. } = &company;
    let ctx = bed.as_administrator();
    company.member("ann", &[*north]).await?;
    let plan = bed.membership.plan_dissolution(&ctx, company.of(*north), *finance).await?;
    company.head("newcomer", "Member manager", *finance).await?;
    let done = bed.membership.dissolve_department(&ctx, company.of(*north), *finance, &plan.digest).await;
    assert_eq!(code(done), "plan-outdated");
    assert_eq!(dissolve(&company, &ctx, *north, *finance).await, "done");
    company.is_sound().await
}

/// Proves A17 in part: nobody joins for whom nothing is left of what was offered. Who was invited with a role for North alone joined
/// with none, once North was dissolved.
#[tokio::test]
async fn nobody_joins_with_nothing() -> Result<(), Failure> {
    let company = Company::new().await?;
    let Company { bed, north, south, .. } = &company;
    let person = by_link(vec![company.wanted("Worker", Some(*north)).await?], &[*south]);
    let asked = bed.invite_one(invite(&company, person).await?).await?;
    assert_eq!(dissolve(&company, &bed.as_administrator(), *north, *south).await, "done");
    let accepted = bed.membership.accept_invitation(&bed.as_anybody(), &bed.token(&asked.invitation)).await;
    assert_eq!(code(accepted), "invitation-held");
    company.is_sound().await
}

/// Proves I-9 in part and A16 in part: an invitation is held once its departments, or what it gives, were moved out of its inviter's
/// reach, or grew by a dissolution.
#[tokio::test]
async fn an_invitation_follows_its_departments() -> Result<(), Failure> {
    let company = Company::new().await?;
    let Company { bed, sales, north, south, finance, .. } = &company;
    let (_, head) = company.head("head", "Member manager", *sales).await?;
    let ask = async |of: DepartmentId, within: DepartmentId| {
        let person = by_link(vec![company.wanted("Member manager", Some(within)).await?], &[of]);
        let invited = bed.membership.invite(&head, invite(&company, person).await?).await?.remove(0);
        Ok::<_, Failure>(bed.token(invited.invitation.as_ref().ok_or("joined at once")?))
    };
    let mut tokens = vec![ask(*north, *sales).await?, ask(*sales, *north).await?];
    assert_eq!(company.move_to(&bed.as_administrator(), *north, *finance).await, "done");
    tokens.push(ask(*south, *south).await?);
    assert_eq!(dissolve(&company, &bed.as_administrator(), *south, *finance).await, "done");
    for token in &tokens {
        assert_eq!(code(bed.membership.accept_invitation(&bed.as_anybody(), token).await), "invitation-held");
    }
    company.is_sound().await
}

/// A department that stands below one of the same name is in the way of dissolving that, and this is told where it is planned: the
/// plan was shown, and the store refused what it said.
#[tokio::test]
async fn what_cannot_be_dissolved_is_not_planned() -> Result<(), Failure> {
    let company = Company::new().await?;
    let Company { bed, root, sales, .. } = &company;
    bed.department("Sales", *sales).await?;
    let plan = bed.membership.plan_dissolution(&bed.as_administrator(), company.of(*sales), *root).await;
    assert_eq!(code(plan), "department-name-taken");
    company.is_sound().await
}

/// Whoever was given two things for the own department adds people to it without naming it, as who was given one does.
#[tokio::test]
async fn two_rights_for_one_department_are_one_department() -> Result<(), Failure> {
    let company = Company::new().await?;
    let Company { bed, sales, .. } = &company;
    let until = Some(bed.clock.now() + TimeDelta::days(9));
    let mut given = vec![company.wanted("Member manager", Some(*sales)).await?];
    given.push(Wanted { until, ..company.wanted("Shifter", Some(*sales)).await? });
    let (_, head) = company.person("head", &[*sales], given).await?;
    let added = bed.membership.add_member(&head, bed.addition("ann", &["Worker"]).await?).await?;
    assert_eq!(added.departments.all(), [*sales]);
    company.is_sound().await
}

/// What somebody held for Sales until an hour ago is not in the way of hanging a department below it.
#[tokio::test]
async fn a_right_that_has_ended_is_no_obstacle_to_a_move() -> Result<(), Failure> {
    let company = Company::new().await?;
    let Company { bed, root, sales, south, finance, .. } = &company;
    let until = Some(bed.clock.now() + TimeDelta::hours(1));
    let given = Wanted { until, ..company.wanted("Member manager", Some(*sales)).await? };
    company.person("former", &[*root], vec![given]).await?;
    company.person("gardener", &[*root], vec![company.wanted("Gardener", None).await?]).await?;
    let gardener = async || Ok::<_, Failure>(bed.as_signed_in(&bed.sign_in("gardener", PASSWORD).await?));
    assert_eq!(company.move_to(&gardener().await?, *finance, *south).await, "reach-exceeds-own");
    bed.clock.advance(TimeDelta::hours(2));
    assert_eq!(company.move_to(&gardener().await?, *finance, *south).await, "done");
    company.is_sound().await
}

/// Proves A22 in part and I-37 in part: an administrator of one department, or of every department, is none of the tenant: nothing
/// of the whole is his to define, read or hand on, and the representative stays out of reach.
#[tokio::test]
async fn an_administrator_of_departments_is_none_of_the_tenant() -> Result<(), Failure> {
    let company = Company::new().await?;
    let Company { bed, root, sales, finance, .. } = &company;
    let (m, tenant) = (&bed.membership, bed.tenant.id);
    let (king, ctx) = company.head("king", "Administrator", *sales).await?;
    let (outside, page) = (company.member("outside", &[*finance]).await?, Page { after: None, limit: 50 });
    let draft = RoleDraft { name: "Mine".into(), permissions: vec![MANAGE.into()], includes: vec![] };
    let all = RecordFilter::default();
    for refusal in [
        code(m.define_role(&ctx, tenant, draft).await),
        code(m.open_transfers(&ctx, tenant).await),
        code(m.candidates(&ctx, tenant, page).await),
        code(m.audit(&ctx, tenant, &all, RecordOrder::After(0), 5).await),
    ] {
        assert_eq!(refusal, "other-departments");
    }
    assert_eq!(code(m.disable_member(&ctx, bed.target(&outside)).await), "member-unknown");
    assert_eq!(code(m.disable_member(&ctx, bed.target(&bed.member)).await), "member-unknown");
    // He is no candidate either.
    let (administrator, target) = (bed.as_administrator(), bed.target(&king.member));
    assert_eq!(code(m.candidates(&administrator, tenant, page).await), "no-eligible-candidate");
    assert_eq!(code(m.nominate(&administrator, target).await), "nominee-not-administrator");

    // Everything for the root, and so for all departments, is not everything.
    let given = vec![company.wanted("Worker", None).await?, company.wanted("Administrator", Some(*root)).await?];
    company.edit(&king.member, holding(given)).await?;
    assert_eq!(code(m.disable_member(&ctx, bed.target(&bed.member)).await), "member-is-representative");
    assert_eq!(code(m.rename_department(&ctx, company.of(*root), "Mine").await), "representative-only");
    let whole = Changes { ..holding(vec![company.wanted("Administrator", None).await?]) };
    assert_eq!(code(m.edit_member(&ctx, bed.target(&outside), whole).await), "grant-exceeds-own");
    company.is_sound().await
}

/// Proves A22 in part: a key of somebody who is limited to a department reaches no further than its maker and its scope.
#[tokio::test]
async fn a_key_reaches_no_further_than_its_makers_department() -> Result<(), Failure> {
    let company = Company::new().await?;
    let Company { bed, sales, finance, .. } = &company;
    let (king, ctx) = company.head("king", "Administrator", *sales).await?;
    let made = bed.membership.make_api_key(&ctx, wanted(bed, &[MANAGE])).await?;
    let keyed = by_key(bed, &made.key, &king.account);
    let (outside, inside) = (company.member("outside", &[*finance]).await?, company.member("inside", &[*sales]).await?);
    assert_eq!(code(bed.membership.disable_member(&keyed, bed.target(&outside)).await), "member-unknown");
    let above = bed.membership.disable_member(&keyed, bed.target(&inside)).await;
    assert_eq!(code(above), "member-above-own", "what a Worker may is beyond the scope");
    assert_eq!(outcome(bed.membership.disable_member(&ctx, bed.target(&inside)).await), "done");
    Ok(())
}

/// Proves A16 in part: a link to another password that was handed over is good as long as whoever made it could make it again: not
/// once the person holds more, belongs elsewhere too, or the maker is shut out.
#[tokio::test]
async fn a_link_that_was_handed_over_lapses_with_its_makers_reach() -> Result<(), Failure> {
    for how in ["nothing", "promoted", "placed elsewhere too", "maker disabled"] {
        let company = Company::new().await?;
        let Company { bed, sales, finance, .. } = &company;
        let (head, ctx) = company.head("head", "Member manager", *sales).await?;
        let person = company.member("person", &[*sales]).await?;
        let link = bed.membership.make_password_link(&ctx, bed.target(&person)).await?;
        match how {
            "promoted" => {
                let wanted = vec![Wanted::role(bed.role("Administrator").await?)];
                company.edit(&person, Changes { assignments: Some(wanted), ..Changes::default() }).await?;
            }
            "placed elsewhere too" => {
                let both = Some(vec![*sales, *finance]);
                company.edit(&person, Changes { departments: both, ..Changes::default() }).await?;
            }
            "maker disabled" => {
                bed.membership.disable_member(&bed.as_administrator(), bed.target(&head.member)).await?;
            }
            _ => {}
        }
        let token = link.url.rsplit('/').next().unwrap_or_default().to_owned();
        let seen = bed.membership.open_reset(&bed.as_anybody(), &token).await;
        let command = ResetPassword { token, new: Secret::new("seven purple kites at dawn"), code: None };
        let opened = bed.membership.reset_password(&bed.as_anybody(), command).await;
        if how == "nothing" {
            seen?;
            opened?;
        } else {
            assert_eq!((code(seen), code(opened)), ("link-superseded", "link-superseded"), "{how}");
        }
    }
    Ok(())
}
