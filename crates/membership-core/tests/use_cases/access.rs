//! Check, explain, who may.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use membership_core::{
    directory::Page,
    refusal::Refusal as _,
    role::{
        Grant,
        assign::Wanted,
        check::Question,
        explain::{Explanation, Missing},
    },
};
use membership_testkit::{Bed, Failure};

use crate::{code, holding, permission, question, single};

const READ: &str = "membership:members.read";
const AUDIT: &str = "membership:audit.read";

/// Proves I-49 in part: a decision is what the member holds at the moment of answering, by roles, by what these include,
/// by single permissions, and by their ends.
#[tokio::test]
async fn a_decision_is_of_this_moment() -> Result<(), Failure> {
    let bed = Bed::new().await?;
    let ann = bed.added("ann", &["Member"]).await?;
    let ctx = || bed.as_account(&ann.account);
    let may = |text: &'static str| async { bed.membership.check(&ctx(), bed.tenant.id, &question(text)).await };
    assert!(may(READ).await? && !may(AUDIT).await?);

    let auditor = bed.define_role("Auditor", &[AUDIT], &[]).await?;
    let chief = bed.define_role("Chief auditor", &[], &[auditor.id]).await?;
    let own = Wanted::role(bed.role("Member").await?);
    let end = bed.clock.now() + TimeDelta::hours(1);
    let given = holding(vec![own.clone(), Wanted { until: Some(end), ..Wanted::role(chief.id) }]);
    bed.membership.edit_member(&bed.as_administrator(), bed.target(&ann.member), given).await?;
    assert!(may(AUDIT).await?);
    bed.edit_role(auditor.id, "Auditor", &[], &[]).await?;
    assert!(
        !may(AUDIT).await?,
        "what a role does not give any more is gone at once, through every role that includes it"
    );
    bed.edit_role(auditor.id, "Auditor", &[AUDIT], &[]).await?;
    assert!(may(AUDIT).await?);
    bed.clock.set(end);
    assert!(!may(AUDIT).await?, "at its end an assignment counts no more");

    let given = holding(vec![own, single(AUDIT)]);
    bed.membership.edit_member(&bed.as_administrator(), bed.target(&ann.member), given).await?;
    assert!(may(AUDIT).await?);
    Ok(())
}

#[tokio::test]
async fn many_questions_are_answered_in_their_order() -> Result<(), Failure> {
    let bed = Bed::new().await?;
    let ann = bed.added("ann", &["Member"]).await?;
    let about = |member| Question { member: Some(member), permission: permission(AUDIT), department: None };
    let nobody = membership_core::id::MemberId::from_uuid(uuid::Uuid::nil());
    let questions = [question(READ), about(bed.member.id), about(ann.member.id), about(nobody)];
    let answers = bed.membership.check_many(&bed.as_administrator(), bed.tenant.id, &questions).await?;
    assert_eq!(answers, [true, true, false, false]);
    assert_eq!(code(bed.membership.check_many(&bed.as_administrator(), bed.tenant.id, &[]).await), "questions-missing");
    let many = vec![question(READ); 201];
    let many = bed.membership.check_many(&bed.as_administrator(), bed.tenant.id, &many).await;
    assert_eq!(code(many), "questions-too-many");
    let plain = bed.define_role("Nothing", &[], &[]).await?;
    let changes = holding(vec![Wanted::role(plain.id)]);
    bed.membership.edit_member(&bed.as_administrator(), bed.target(&ann.member), changes).await?;
    let ctx = bed.as_account(&ann.account);
    let refused = bed.membership.check_many(&ctx, bed.tenant.id, &[about(bed.member.id)]).await;
    assert_eq!(code(refused), "permission-missing");
    let own = bed.membership.check_many(&ctx, bed.tenant.id, &[about(ann.member.id)]).await?;
    assert_eq!(own, [false], "everybody may ask about the own membership");
    Ok(())
}

/// Yes: through what. No: the nearest fact that is missing.
#[tokio::test]
async fn every_answer_has_its_reason() -> Result<(), Failure> {
    let bed = Bed::new().await?;
    let ann = bed.added("ann", &["Member"]).await?;
    let auditor = bed.define_role("Auditor", &[AUDIT], &[]).await?;
    let chief = bed.define_role("Chief auditor", &[], &[auditor.id]).await?;
    let explain = |text: &'static str| async {
        let ctx = bed.as_administrator();
        bed.membership.explain(&ctx, bed.tenant.id, Some(ann.member.id), &permission(text), None).await
    };
    let Explanation::Refused(Missing::Grant { roles }) = explain(AUDIT).await? else { panic!("no role gives it") };
    let names: Vec<_> = roles.iter().map(|(_, name)| name.as_str()).collect();
    assert_eq!(names, ["Administrator", "Auditor", "Chief auditor"]);
    assert_eq!(explain("no:such.thing").await?, Explanation::Refused(Missing::Permission));

    let end = bed.clock.now() + TimeDelta::hours(1);
    let own = Wanted::role(bed.role("Member").await?);
    let given = holding(vec![own, Wanted { until: Some(end), ..Wanted::role(chief.id) }]);
    bed.membership.edit_member(&bed.as_administrator(), bed.target(&ann.member), given).await?;
    let Explanation::Allowed(reason) = explain(AUDIT).await? else { panic!("the chief's role gives it") };
    assert_eq!((reason.grant, reason.until), (Grant::Role(chief.id), Some(end)));
    assert_eq!(reason.through, ["Chief auditor", "Auditor"]);

    bed.membership.disable_member(&bed.as_administrator(), bed.target(&ann.member)).await?;
    let Explanation::Refused(Missing::Standing(denied)) = explain(AUDIT).await? else { panic!("shut out") };
    assert_eq!(denied.code(), "member-disabled");
    bed.clock.set(end);
    let Explanation::Refused(Missing::Ended { at, .. }) = explain(AUDIT).await? else { panic!("ended") };
    assert_eq!(at, end);
    let nobody = membership_core::id::MemberId::from_uuid(uuid::Uuid::nil());
    let ctx = bed.as_administrator();
    let missing = bed.membership.explain(&ctx, bed.tenant.id, Some(nobody), &permission(AUDIT), None).await?;
    assert_eq!(missing, Explanation::Refused(Missing::Member));
    Ok(())
}

/// Who may: whoever holds it by a role, by what a role includes, or by itself, and is enabled, and no longer than that.
#[tokio::test]
async fn who_may_is_everybody_who_may_and_nobody_else() -> Result<(), Failure> {
    let bed = Bed::new().await?;
    let auditor = bed.define_role("Auditor", &[AUDIT], &[]).await?;
    bed.define_role("Chief auditor", &[], &[auditor.id]).await?;
    let by_role = bed.added("by-role", &["Chief auditor"]).await?;
    let by_itself = bed.added("by-itself", &["Member"]).await?;
    let disabled = bed.added("disabled", &["Auditor"]).await?;
    bed.added("nobody", &["Member"]).await?;
    let own = Wanted::role(bed.role("Member").await?);
    let end = bed.clock.now() + TimeDelta::hours(1);
    let given = holding(vec![own, Wanted { until: Some(end), ..single(AUDIT) }]);
    bed.membership.edit_member(&bed.as_administrator(), bed.target(&by_itself.member), given).await?;
    bed.membership.disable_member(&bed.as_administrator(), bed.target(&disabled.member)).await?;
    let who = || async {
        let page = Page { after: None, limit: 50 };
        let rows =
            bed.membership.who_may(&bed.as_administrator(), bed.tenant.id, &permission(AUDIT), None, page).await?;
        Ok::<_, Failure>(rows.into_iter().map(|row| row.member.id).collect::<BTreeSet<_>>())
    };
    assert_eq!(who().await?, [by_itself.member.id, by_role.member.id, bed.member.id].into());
    bed.clock.set(end);
    assert_eq!(who().await?, [by_role.member.id, bed.member.id].into());
    Ok(())
}
