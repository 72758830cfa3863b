//! Carrying a plan out: as it was planned, or not; batch by batch; all or nothing.

use membership_core::{
    id::ImportId,
    import::{BLOCK, Ending, ImportState, Mode, Totals, start::ImportOf},
    member::{MemberStatus, edit::Changes},
    refusal::Refusal as _,
};
use membership_testkit::{Bed, Failure, TypedTable};

use super::{HEADER, created, refused, table, told, unchanged};

fn which(bed: &Bed, import: ImportId) -> ImportOf {
    ImportOf { tenant: bed.tenant.id, import }
}

/// Proves ORG-26, ORG-28 in part: the rows become members, by mail, by link and by password link, and each owes its letter.
#[tokio::test]
async fn an_import_makes_members_of_rows() -> Result<(), Failure> {
    let bed = Bed::new().await?;
    let import = bed
        .imported(&table(&[
            &["Ann Lee", "", "Member", "ann@example.org", "", "", "de-at"],
            &["Bob Ray", "", "Member", "", "bob.ray"],
            &["Cy Fox", "", "Member", "", "", "link"],
        ]))
        .await?;
    assert!(matches!(import.state, ImportState::Ended { how: Ending::Done, .. }), "{:?}", import.state);
    assert_eq!(import.done(), Totals { create: 3, mails: 1, ..Totals::default() });
    let rows = bed.rows_of(&bed.as_administrator(), &import).await?;
    let links: Vec<_> = rows.iter().map(|row| row.link.as_ref().map(|link| link.url.clone())).collect();
    assert!(links[0].is_none() && links[1].is_some() && links[2].is_some(), "{links:?}");
    // Bob chooses a password by his link, and is in at once.
    let token = links[1].as_deref().and_then(|url| url.rsplit('/').next()).unwrap_or_default().to_owned();
    let new = membership_core::ports::Secret::new("violet anchor seven pianos");
    let command = membership_core::account::reset::ResetPassword { token, new, code: None };
    bed.membership.reset_password(&bed.as_anybody(), command).await?;
    let signed_in = bed.sign_in("bob.ray", "violet anchor seven pianos").await?;
    bed.membership.access(&bed.as_signed_in(&signed_in), bed.tenant.id).await?;
    let rows = bed.rows_of(&bed.as_administrator(), &import).await?;
    assert_eq!(rows[1].link, None, "a link that was used is not handed over again");
    // Cy joins by his.
    let token = links[2].as_deref().and_then(|url| url.rsplit('/').next()).unwrap_or_default().to_owned();
    let registration =
        membership_core::account::register::Register { username: Some("cy.fox".into()), ..bed.registration(&token) };
    bed.membership.accept_invitation(&bed.as_anybody(), &token).await?;
    let cy = bed.membership.register(&bed.as_anybody(), registration).await?;
    assert_eq!(cy.member.status(), MemberStatus::Enabled);
    let members = bed.world(bed.tenant.id).await?.members;
    let ann = members.iter().find(|member| member.name.as_str() == "Ann Lee").ok_or("nobody")?;
    assert_eq!(ann.language.as_ref().map(ToString::to_string).as_deref(), Some("de-AT"));
    assert_eq!(bed.violations().await?, []);
    Ok(())
}

/// A plan is carried out under its digest alone, once, by whoever made it.
#[tokio::test]
async fn a_plan_is_carried_out_once_and_as_it_was_looked_at() -> Result<(), Failure> {
    let bed = Bed::new().await?;
    let manager = bed.manager().await?;
    let planned = bed.planned(&table(&[&["Ann", "", "Member", "ann@example.org"]])).await?;
    let which = which(&bed, planned.id);
    let start = async |digest: &str| {
        let started = bed.membership.start_import(&bed.as_administrator(), which, digest, Mode::RowByRow).await;
        started.map_err(|refused| refused.code()).err()
    };
    assert_eq!(start("another").await, Some("plan-is-another"));
    let another = bed.as_account(&manager.account);
    let others = bed.membership.start_import(&another, which, &planned.digest, Mode::RowByRow);
    assert_eq!(others.await.map_err(|refused| refused.code()).err(), Some("import-unknown"));
    assert_eq!(start(&planned.digest).await, None);
    assert_eq!(start(&planned.digest).await, Some("import-started"));
    let second = bed.planned(&table(&[&["Bob", "", "Member", "bob@example.org"]])).await?;
    let administrator = bed.as_administrator();
    let other = ImportOf { import: second.id, ..which };
    let second = bed.membership.start_import(&administrator, other, &second.digest, Mode::RowByRow);
    assert_eq!(second.await.map_err(|refused| refused.code()).err(), Some("import-running"));
    bed.carry_out(which).await?;
    assert_eq!(start(&planned.digest).await, Some("import-started"));
    Ok(())
}

/// If the tenant has moved since, nothing is done, and it is said what has moved and which rows would come out otherwise.
#[tokio::test]
async fn an_outdated_plan_says_what_has_moved() -> Result<(), Failure> {
    let bed = Bed::new().await?;
    let sales = bed.department("Sales", bed.root()?).await?;
    let planned = bed
        .planned(&table(&[
            &["Ann", "", "Member", "ann@example.org"],
            &["Bob", "Sales", "Member", "bob@example.org"],
            &["Cy", "", "Member", "cy@example.org"],
        ]))
        .await?;
    bed.invite("ann@example.org").await?;
    let gone = membership_core::department::DepartmentOf { tenant: bed.tenant.id, department: sales.id };
    bed.membership.delete_department(&bed.as_administrator(), gone).await?;
    let which = which(&bed, planned.id);
    let administrator = bed.as_administrator();
    let start = bed.membership.start_import(&administrator, which, &planned.digest, Mode::RowByRow).await;
    let refused = start.expect_err("the tenant has moved");
    assert_eq!(refused.code(), "plan-outdated");
    assert!(refused.to_string().contains("departments") && refused.to_string().contains("(2 would not)"), "{refused}");
    let rows: Vec<_> = refused.faults().iter().map(|fault| fault.pointer.as_str()).collect();
    assert_eq!(rows, ["/rows/2", "/rows/3"]);
    let again = bed.membership.plan_import_again(&administrator, bed.tenant.id, planned.id).await?;
    assert_ne!(again.digest, planned.digest);
    bed.membership.start_import(&administrator, which, &again.digest, Mode::RowByRow).await?;
    let done = bed.carry_out(which).await?;
    assert_eq!(
        (done.done().create, done.done().change, done.done().refuse),
        (1, 1, 1),
        "{:?}",
        told(&bed, &done).await?
    );
    Ok(())
}

/// A row that would change the same cells in the same way is told apart by what they say by now.
#[tokio::test]
async fn an_outdated_change_says_what_is_there_by_now() -> Result<(), Failure> {
    let bed = Bed::new().await?;
    let ann = bed.invite("ann@example.org").await?.member;
    let planned = bed.planned(&table(&[&["Anna Lee", "", "Member", "ann@example.org"]])).await?;
    let called = |name: &str| Changes { name: Some(name.into()), ..Changes::default() };
    bed.membership.edit_member(&bed.as_administrator(), bed.target(&ann), called("Annie Lee")).await?;
    let (which, administrator) = (which(&bed, planned.id), bed.as_administrator());
    let start = bed.membership.start_import(&administrator, which, &planned.digest, Mode::RowByRow).await;
    let refused = start.expect_err("the member has moved");
    let told: Vec<_> = refused.faults().iter().map(|fault| fault.detail.as_str()).collect();
    let expected = format!("row 2 changes “Name”, which was “{}” and is “Annie Lee” by now", ann.name);
    assert_eq!(told, [expected]);
    // Where the cells are others, those are named.
    bed.membership.edit_member(&bed.as_administrator(), bed.target(&ann), called("Anna Lee")).await?;
    let start = bed.membership.start_import(&administrator, which, &planned.digest, Mode::RowByRow).await;
    let refused = start.expect_err("there is nothing left to do");
    let told: Vec<_> = refused.faults().iter().map(|fault| fault.detail.as_str()).collect();
    assert_eq!(told, ["row 2 was to change a member, and would now change nothing"]);
    Ok(())
}

/// Whatever a plan did not show is not done, even if the tenant moves while it is carried out.
#[tokio::test]
async fn what_was_not_planned_is_not_done() -> Result<(), Failure> {
    let bed = Bed::new().await?;
    let ann = bed.added("ann", &["Member"]).await?;
    let planned = bed
        .planned(&table(&[
            &["Ann Other", "", "Member", "", "ann"],
            &["Bob", "", "Member", "bob@example.org"],
            &["Cy", "", "Member", "cy@example.org"],
        ]))
        .await?;
    let which = which(&bed, planned.id);
    bed.membership.start_import(&bed.as_administrator(), which, &planned.digest, Mode::RowByRow).await?;
    let changes = Changes { name: Some("Ann Third".into()), ..Default::default() };
    bed.membership.edit_member(&bed.as_administrator(), bed.target(&ann.member), changes).await?;
    bed.invite("bob@example.org").await?;
    let done = bed.carry_out(which).await?;
    assert_eq!(told(&bed, &done).await?, [refused("row-moved"), refused("row-moved"), created()]);
    let members = bed.world(bed.tenant.id).await?.members;
    assert!(members.iter().any(|member| member.name.as_str() == "Ann Third"));
    Ok(())
}

/// Proves I-47 in part: all or nothing is all, or nothing.
#[tokio::test]
async fn all_or_nothing_is_all_or_nothing() -> Result<(), Failure> {
    let bed = Bed::new().await?;
    let administrator = bed.as_administrator();
    let planned =
        bed.planned(&table(&[&["Ann", "", "Member", "a@example.org"], &["", "", "", "b@example.org"]])).await?;
    let start =
        bed.membership.start_import(&administrator, which(&bed, planned.id), &planned.digest, Mode::AllOrNothing);
    assert_eq!(start.await.map_err(|refused| refused.code()).err(), Some("rows-refused"));

    let mut many = TypedTable::new(&HEADER, std::iter::empty());
    for n in 0..=2 * BLOCK {
        many.push(vec![format!("P {n}"), String::new(), "Member".into(), format!("p{n}@example.org")]);
    }
    let planned = bed.planned(&many).await?;
    let this = which(&bed, planned.id);
    bed.membership.start_import(&administrator, this, &planned.digest, Mode::AllOrNothing).await?;
    // Meanwhile somebody invites the last one.
    bed.invite(&format!("p{}@example.org", 2 * BLOCK)).await?;
    let before = bed.world(bed.tenant.id).await?.members.len();
    let over = bed.carry_out(this).await?;
    assert!(
        matches!(&over.state, ImportState::Ended { how: Ending::Stopped { code, .. }, .. } if code == "row-moved"),
        "{:?}",
        over.state
    );
    assert_eq!(over.done(), Totals::default());
    assert_eq!(bed.world(bed.tenant.id).await?.members.len(), before);

    let again = bed.imported_by(&administrator, &many, Mode::AllOrNothing).await;
    let again = again?;
    assert_eq!((again.done().create, again.done().change), (2 * BLOCK, 1));
    assert_eq!(bed.violations().await?, []);
    Ok(())
}

/// An import goes on by batches, can be cancelled between two, and says how far it came.
#[tokio::test]
async fn an_import_can_be_cancelled_between_batches() -> Result<(), Failure> {
    let bed = Bed::new().await?;
    let mut many = TypedTable::new(&HEADER, std::iter::empty());
    for n in 0..BLOCK + 5 {
        many.push(vec![format!("P {n}"), String::new(), "Member".into(), format!("p{n}@example.org")]);
    }
    let planned = bed.planned(&many).await?;
    let this = which(&bed, planned.id);
    bed.membership.start_import(&bed.as_administrator(), this, &planned.digest, Mode::RowByRow).await?;
    let first = bed.membership.advance_import(&bed.as_system(), this).await?.ok_or("not running")?;
    assert_eq!((first.done().create, first.status()), (BLOCK, "running"));
    let cancelled = bed.membership.cancel_import(&bed.as_administrator(), this).await?;
    assert_eq!(cancelled.status(), "ended");
    assert_eq!(bed.membership.advance_import(&bed.as_system(), this).await?, None);
    let again = bed.membership.cancel_import(&bed.as_administrator(), this).await;
    assert_eq!(again.map_err(|refused| refused.code()).err(), Some("import-not-running"));
    let rows = bed.rows_of(&bed.as_administrator(), &cancelled).await?;
    assert_eq!(rows.iter().filter(|row| row.outcome.is_some()).count(), BLOCK as usize);
    // What was done before is unchanged when the file comes again.
    let rest = bed.imported(&many).await?;
    assert_eq!((rest.done().create, rest.done().unchanged), (5, BLOCK));
    let told = told(&bed, &rest).await?;
    assert_eq!((told.first().cloned(), told.last().cloned()), (Some(unchanged()), Some(created())));
    Ok(())
}

/// Proves A21 in part: whoever loses the right while an import runs, imports no further.
#[tokio::test]
async fn an_import_ends_with_its_makers_rights() -> Result<(), Failure> {
    let bed = Bed::new().await?;
    let manager = bed.manager().await?;
    let ctx = bed.as_account(&manager.account);
    let planned = bed.planned_by(&ctx, &table(&[&["Ann", "", "Member", "ann@example.org"]])).await?;
    let this = which(&bed, planned.id);
    bed.membership.start_import(&ctx, this, &planned.digest, Mode::RowByRow).await?;
    bed.membership.disable_member(&bed.as_administrator(), bed.target(&manager.member)).await?;
    let over = bed.carry_out(this).await?;
    assert!(
        matches!(&over.state, ImportState::Ended { how: Ending::Stopped { code, .. }, .. } if code == "member-disabled"),
        "{:?}",
        over.state
    );
    assert_eq!(over.done().rows(), 0);
    let members = bed.world(bed.tenant.id).await?.members;
    assert!(!members.iter().any(|member| member.name.as_str() == "Ann"));
    // Who looks at it: the administrator sees that it was, and none of its rows.
    let seen = bed.membership.imports(&bed.as_administrator(), bed.tenant.id).await?;
    assert_eq!(seen.len(), 1);
    let rows = bed.rows_of(&bed.as_administrator(), &over).await;
    assert!(rows.is_err_and(|refused| refused.to_string().contains("no such import of yours")));
    Ok(())
}
