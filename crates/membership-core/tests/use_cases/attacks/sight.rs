//! Who is limited to some departments: what refusals, plans and heirs told of everybody else.

use membership_core::{
    department::Position,
    directory::{InDepartments, MemberFilter, Page},
    id::{DepartmentId, InvitationId, MemberId},
    invitation::{
        Subject,
        invite::{Invite, Invitee, Reach},
    },
    member::{Member, edit::Changes, reach::Target, remove::Heirs},
    role::Permission,
};
use membership_testkit::Failure;

use super::departments::by_link;
use crate::{
    code,
    departments::{Company, placed},
    holding, outcome,
};

const ELSEWHERE: &str = "outside@example.org";

/// Somebody of Finance, with an address.
async fn outside(company: &Company) -> Result<Member, Failure> {
    let member = company.member("outside", &[company.finance]).await?;
    company.edit(&member, Changes { email: Some(ELSEWHERE.into()), ..Changes::default() }).await
}

/// Proves A22 in part and A37 in part: a plan shows nobody whom its reader may not see. Whoever might only shape the tree read, in
/// the plan to dissolve North, the address and all rights of somebody of Finance who held something for North.
#[tokio::test]
async fn a_plan_shows_nobody_who_is_out_of_sight() -> Result<(), Failure> {
    let company = Company::new().await?;
    let Company { bed, sales, north, south, finance, .. } = &company;
    let given = vec![company.wanted("Worker", Some(*north)).await?, company.wanted("Member manager", None).await?];
    let (secret, _) = company.person("secret", &[*finance], given).await?;
    let (_, gardener) = company.head("gardener", "Gardener", *sales).await?;
    let shown = bed.membership.member(&gardener, bed.tenant.id, secret.member.id).await;
    assert_eq!(code(shown), "permission-missing");
    let plan = bed.membership.plan_dissolution(&gardener, company.of(*north), *south).await;
    assert_eq!(code(plan), "permission-missing");
    Ok(())
}

/// Proves A37 in part: an address that is taken by somebody out of sight is refused without saying who that is. The head of Sales
/// typed it into an invitation, or into the entry of somebody of Sales, and was told the member's id.
#[tokio::test]
async fn an_address_does_not_tell_who_has_it_out_of_sight() -> Result<(), Failure> {
    let company = Company::new().await?;
    let Company { bed, sales, .. } = &company;
    let (_, head) = company.head("head", "Member manager", *sales).await?;
    let (outside, inside) = (outside(&company).await?, company.member("inside", &[*sales]).await?);
    let given = vec![company.wanted("Worker", Some(*sales)).await?];
    let person = Invitee { reach: Reach::Mail(ELSEWHERE.into()), ..by_link(given, &[*sales]) };
    let command = Invite { people: vec![person], ..bed.invitation_to(ELSEWHERE).await? };
    let changes = || Changes { email: Some(ELSEWHERE.into()), ..Changes::default() };
    let invited = bed.membership.invite(&head, command.clone()).await.err().ok_or("it was sent")?;
    let edited = bed.membership.edit_member(&head, bed.target(&inside), changes()).await.err().ok_or("it was done")?;
    for told in [format!("{invited} {invited:?}"), format!("{edited} {edited:?}")] {
        assert!(!told.contains(&outside.id.to_string()), "{told}");
    }
    assert_eq!((code(Err::<(), _>(invited)), code(Err::<(), _>(edited))), ("address-taken", "address-taken"));
    // Whoever sees everybody is told.
    let administrator = bed.as_administrator();
    assert_eq!(code(bed.membership.invite(&administrator, command).await), "address-already-member");
    let edited = bed.membership.edit_member(&administrator, bed.target(&inside), changes()).await;
    assert_eq!(code(edited), "address-already-member");
    Ok(())
}

/// Proves A37 in part and I-17 in part: an heir is looked up among those whom the remover sees. The head of Sales named ids, and was
/// told which of them were enabled members of Finance. Whoever leaves may name any enabled member, as before.
#[tokio::test]
async fn an_heir_is_not_looked_up_out_of_sight() -> Result<(), Failure> {
    let company = Company::new().await?;
    let Company { bed, sales, south, .. } = &company;
    let (_, head) = company.head("head", "Member manager", *sales).await?;
    let (_, shifter) = company.head("shifter", "Shifter", *sales).await?;
    let (outside, friend) = (outside(&company).await?, company.member("friend", &[*south]).await?);
    let nobody = MemberId::from_uuid(uuid::Uuid::nil());
    let (_, inside) = company.person("inside", &[*sales], Vec::new()).await?;
    let goes = company.member("goes", &[*sales]).await?;
    let remove = async |ctx, heirs| bed.membership.remove_member(ctx, bed.target(&goes), heirs).await;
    let of_kind = |heir| Heirs { of_kind: [("posts".to_owned(), heir)].into(), of_the_rest: Some(bed.member.id) };
    for heir in [outside.id, nobody] {
        for heirs in [Heirs::everything_to(heir), of_kind(heir)] {
            assert_eq!(code(remove(&head, heirs).await), "heir-unfit");
        }
    }
    let unseen = remove(&shifter, Heirs::everything_to(friend.id)).await;
    assert_eq!(code(unseen), "heir-unfit", "whoever manages members without reading them sees none");
    let removed = remove(&head, of_kind(friend.id)).await?;
    assert_eq!(removed.member.id, goes.id, "the representative is no secret");

    assert_eq!(code(bed.membership.leave(&inside, bed.tenant.id, Heirs::everything_to(nobody)).await), "heir-unfit");
    bed.membership.leave(&inside, bed.tenant.id, Heirs::everything_to(outside.id)).await?;
    company.is_sound().await
}

/// Proves A37 in part: to the head of a department, the id of a department that is somewhere else and one that is nowhere are the
/// same.
#[tokio::test]
async fn a_department_out_of_reach_is_as_none() -> Result<(), Failure> {
    let company = Company::new().await?;
    let Company { bed, sales, finance, north, .. } = &company;
    let mut given = Vec::new();
    for role in ["Member manager", "Gardener"] {
        given.push(company.wanted(role, Some(*sales)).await?);
    }
    let (_, head) = company.person("head", &[*sales], given).await?;
    let m = &bed.membership;
    let ask = async |department: DepartmentId| {
        [
            ("rename", outcome(m.rename_department(&head, company.of(department), "Mine").await)),
            ("delete", outcome(m.delete_department(&head, company.of(department)).await)),
            ("move", company.move_to(&head, department, *sales).await),
            ("move below", company.move_to(&head, *north, department).await),
            ("dissolve", outcome(m.plan_dissolution(&head, company.of(department), *sales).await)),
            ("dissolve into", outcome(m.plan_dissolution(&head, company.of(*north), department).await)),
        ]
    };
    let nowhere = ask(DepartmentId::from_uuid(uuid::Uuid::nil())).await;
    assert_eq!(ask(*finance).await, nowhere);
    assert!(nowhere.iter().all(|(_, told)| *told != "done"), "{nowhere:?}");
    Ok(())
}

/// Proves A37 in part: to the head of a department, a member or an invitation of another department and none are the same.
#[tokio::test]
async fn a_member_out_of_reach_is_as_none() -> Result<(), Failure> {
    let company = Company::new().await?;
    let Company { bed, sales, finance, .. } = &company;
    let (_, head) = company.head("head", "Member manager", *sales).await?;
    let outside = outside(&company).await?;
    let invited = Invite { departments: vec![*finance], ..bed.invitation_to("x@example.org").await? };
    let invited = bed.invite_one(invited).await?;
    let (m, tenant) = (&bed.membership, bed.tenant.id);
    let ask = async |member, not_joined, invitation| {
        let (target, subject) = (Target { tenant, member }, Subject { tenant, invitation });
        let again = Target { tenant, member: not_joined };
        [
            ("see", outcome(m.member(&head, tenant, member).await)),
            ("edit", outcome(m.edit_member(&head, target, placed(&[*sales])).await)),
            ("give", outcome(m.edit_member(&head, target, holding(Vec::new())).await)),
            ("disable", outcome(m.disable_member(&head, target).await)),
            ("enable", outcome(m.enable_member(&head, target).await)),
            ("remove", outcome(m.remove_member(&head, target, Heirs::default()).await)),
            ("holdings", outcome(m.holdings(&head, target).await)),
            ("password link", outcome(m.make_password_link(&head, target).await)),
            ("factor", outcome(m.switch_second_factor(&head, target, true).await)),
            ("reinvite", outcome(m.reinvite_member(&head, again).await)),
            ("resend", outcome(m.resend_invitation(&head, subject).await)),
            ("revoke", outcome(m.revoke_invitation(&head, subject).await)),
            ("view", outcome(m.invitation(&head, tenant, invitation).await)),
        ]
    };
    let (nobody, none) = (MemberId::from_uuid(uuid::Uuid::nil()), InvitationId::from_uuid(uuid::Uuid::nil()));
    let nowhere = ask(nobody, nobody, none).await;
    assert_eq!(ask(outside.id, invited.member.id, invited.invitation.id).await, nowhere);
    assert!(nowhere.iter().all(|(_, told)| *told != "done"), "{nowhere:?}");
    let explained = async |member| {
        let explained = m.explain(&head, tenant, Some(member), &Permission::MEMBERS_READ, None).await;
        format!("{explained:?}")
    };
    assert_eq!(explained(outside.id).await, explained(nobody).await);
    Ok(())
}

/// Proves A34 in part, A38 in part and I-11 in part: departments of another tenant are as none, for everything that names one.
#[tokio::test]
async fn departments_of_another_tenant_are_none() -> Result<(), Failure> {
    let company = Company::new().await?;
    let Company { bed, sales, finance, .. } = &company;
    let founded = bed.found("Other Ltd", "other").await?;
    let there = bed.at(&founded);
    let foreign = there.department("Foreign", there.root()?).await?.id;
    let (m, ctx) = (&bed.membership, bed.as_administrator());
    let ann = bed.target(&company.member("ann", &[*sales]).await?);
    let wanted = vec![company.wanted("Worker", Some(foreign)).await?];
    for refusal in [
        company.move_to(&ctx, *sales, foreign).await,
        company.move_to(&ctx, foreign, *sales).await,
        code(m.rename_department(&ctx, company.of(foreign), "Mine").await),
        code(m.delete_department(&ctx, company.of(foreign)).await),
        code(m.plan_dissolution(&ctx, company.of(*sales), foreign).await),
        code(m.plan_dissolution(&ctx, company.of(foreign), *sales).await),
        code(m.edit_member(&ctx, ann, placed(&[foreign])).await),
        code(m.edit_member(&ctx, ann, holding(wanted)).await),
    ] {
        assert_eq!(refusal, "department-unknown");
    }
    let beside = Position { parent: *sales, before: Some(foreign) };
    assert_eq!(code(m.relocate_department(&ctx, company.of(*finance), beside).await), "department-not-there");
    let other = m.rename_department(&there.as_administrator(), company.of(*sales), "Mine").await;
    assert_eq!(code(other), "tenant-unknown");
    company.is_sound().await
}

/// Proves A37 in part: a list that is asked for by a department out of sight does not tell who of those in sight belongs there too.
#[tokio::test]
async fn a_list_does_not_tell_who_belongs_out_of_sight_too() -> Result<(), Failure> {
    let company = Company::new().await?;
    let Company { bed, sales, finance, north, .. } = &company;
    let (_, head) = company.head("head", "Member manager", *sales).await?;
    company.member("both", &[*north, *finance]).await?;
    let ask = async |department: DepartmentId| {
        let departments = Some(InDepartments { of: vec![department], below: true });
        let filter = MemberFilter { departments, ..MemberFilter::default() };
        let page = Page { after: None, limit: 10 };
        bed.membership.members(&head, bed.tenant.id, filter, page).await.map(|page| page.rows.len())
    };
    assert_eq!(code(ask(*finance).await), "department-unknown");
    assert_eq!(ask(*north).await?, 1);
    assert_eq!(ask(bed.root()?).await?, ask(*sales).await?, "what is above shows what is in sight");
    Ok(())
}
