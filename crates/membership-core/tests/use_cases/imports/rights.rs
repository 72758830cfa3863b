//! Nobody comes to more by a table than one by one.

use membership_core::{
    id::DepartmentId,
    import::{Ending, ImportState, Mode, start::ImportOf},
    member::add::AddMember,
    refusal::Refusal as _,
    role::assign::{Wanted, WantedGrant},
};
use membership_testkit::{Bed, Failure};

use super::{created, refused, table, unchanged};
use crate::attacks::keys::{by_key, wanted};

/// Somebody who may invite and manage people of `within`, and nobody else.
async fn head(bed: &Bed, within: DepartmentId) -> Result<membership_core::context::Context, Failure> {
    let role = bed
        .define_role(
            "Head",
            &["membership:members.read", "membership:members.invite", "membership:members.manage"],
            &[],
        )
        .await?;
    let limited = Wanted { what: WantedGrant::Role(role.id), within: Some(within), until: None };
    let command =
        AddMember { assignments: vec![limited], departments: vec![within], ..bed.addition("head", &["Member"]).await? };
    let member = bed.membership.add_member(&bed.as_administrator(), command).await?;
    let account = bed.account(member.account().ok_or("no account")?).await?;
    Ok(bed.as_account(&membership_core::account::Account { password_is_temporary: false, ..account }))
}

/// Proves A21: rows above the importer, into departments out of reach, and with the representative's address are refused each for
/// its reason; the others are done; the audit says so.
#[tokio::test]
async fn a_table_gives_nobody_more_than_its_maker_has() -> Result<(), Failure> {
    let bed = Bed::new().await?;
    let (sales, secret) = (bed.department("Sales", bed.root()?).await?, bed.department("Secret", bed.root()?).await?);
    bed.added_to("hidden", "Member", &[secret.id]).await?;
    bed.added_to("seen", "Member", &[sales.id]).await?;
    let head = head(&bed, sales.id).await?;
    let root = bed.member.email.as_ref().map(ToString::to_string).unwrap_or_default();
    let import = bed
        .imported_by(
            &head,
            &table(&[
                &["Fine", "Sales", "Head @ Sales", "fine@example.org"],
                &["No place", "", "Head @ Sales", "noplace@example.org"],
                &["Above", "Sales", "Administrator", "above@example.org"],
                &["Everywhere", "Sales", "Head", "everywhere@example.org"],
                &["Foreign", "Secret", "Head @ Sales", "foreign@example.org"],
                &["Foreign role", "Sales", "Head @ Secret", "foreignrole@example.org"],
                &["Root", "", "", &root],
                &["Hidden", "Sales", "", "", "hidden"],
                &["Seen anew", "Sales", "", "", "seen"],
            ]),
            Mode::RowByRow,
        )
        .await?;
    let rows = bed.rows_of(&head, &import).await?;
    let told: Vec<_> = rows
        .iter()
        .map(|row| (row.verdict().kind(), row.verdict().faults().first().map(|f| f.code.clone()).unwrap_or_default()))
        .collect();
    let expected = [
        created(),
        created(),
        refused("grant-exceeds-own"),
        refused("grant-exceeds-own"),
        refused("department-name-unknown"),
        refused("department-name-unknown"),
        refused("address-taken"),
        refused("username-taken"),
        refused("member-above-own"),
    ];
    assert_eq!(told, expected);
    let audit = bed.world(bed.tenant.id).await?.audit;
    let said = audit.iter().find(|record| record.name == "import.advanced").ok_or("not in the audit")?;
    assert!(said.body.contains("roles: grant-exceeds-own") && said.body.contains("\"row\":4"), "{}", said.body);
    let guide = bed.membership.import_guide(&head, bed.tenant.id).await?;
    assert_eq!(guide.departments, ["Sales"]);
    assert_eq!(guide.roles, ["Head @ Sales"]);
    Ok(())
}

/// Who may neither invite nor manage anybody imports nothing, and is told why.
#[tokio::test]
async fn who_may_invite_nobody_imports_nothing() -> Result<(), Failure> {
    let bed = Bed::new().await?;
    let ann = bed.added("ann", &["Member"]).await?;
    let ctx = bed.as_account(&ann.account);
    let rows = table(&[&["X", "", "Member", "x@example.org"]]);
    let refused = bed.membership.plan_import(&ctx, bed.tenant.id, "x", &mut rows.clone()).await;
    assert_eq!(refused.map_err(|refused| refused.code()).err(), Some("permission-missing"));
    assert!(bed.membership.import_guide(&ctx, bed.tenant.id).await.is_err());
    Ok(())
}

/// The own row is no obstacle as long as it changes nothing: an export holds it too.
#[tokio::test]
async fn nobody_changes_the_own_entry_by_a_table() -> Result<(), Failure> {
    let bed = Bed::new().await?;
    let own = bed.member.email.as_ref().map(ToString::to_string).unwrap_or_default();
    let import = bed.imported(&table(&[&["", "", "", &own]])).await?;
    assert_eq!(super::told(&bed, &import).await?, [unchanged()]);
    let import = bed.imported(&table(&[&["Emperor", "", "", &own]])).await?;
    assert_eq!(super::told(&bed, &import).await?, [refused("member-is-self")]);
    Ok(())
}

/// Whoever goes by the name alone and is out of sight is nobody to the importer: nothing is told, and the row makes somebody new.
#[tokio::test]
async fn a_name_tells_nothing_of_whom_one_may_not_see() -> Result<(), Failure> {
    let bed = Bed::new().await?;
    let (sales, secret) = (bed.department("Sales", bed.root()?).await?, bed.department("Secret", bed.root()?).await?);
    let hidden = bed.added_to("hidden", "Member", &[secret.id]).await?;
    let head = head(&bed, sales.id).await?;
    let rows = table(&[&[hidden.name.as_str(), "Sales", "Head @ Sales", "", "", "link"]]);
    let first = bed.imported_by(&head, &rows, Mode::RowByRow).await?;
    assert_eq!((first.done().create, first.done().refuse), (1, 0));
    let second = bed.imported_by(&head, &rows, Mode::RowByRow).await?;
    assert_eq!(second.done().unchanged, 1, "the one that is seen is recognised");
    Ok(())
}

/// Whoever may only invite makes no accounts by a table, and changes nobody.
#[tokio::test]
async fn who_may_only_invite_changes_nobody() -> Result<(), Failure> {
    let bed = Bed::new().await?;
    bed.define_role("Inviter", &["membership:members.invite", "membership:members.read"], &[]).await?;
    bed.added("seen.one", &["Member"]).await?;
    let inviter = bed.added("inviter", &["Inviter", "Member"]).await?;
    let ctx = bed.as_account(&inviter.account);
    let rows = table(&[
        &["New", "", "Member", "new@example.org"],
        &["Account", "", "Member", "", "some.body"],
        &["Renamed", "", "", "", "seen.one"],
    ]);
    let import = bed.planned_by(&ctx, &rows).await?;
    let told: Vec<_> = bed.rows_of(&ctx, &import).await?.iter().map(|row| row.planned.faults().to_vec()).collect();
    let codes: Vec<_> = told.iter().map(|faults| faults.first().map(|fault| fault.code.as_str())).collect();
    assert_eq!(codes, [None, Some("permission-missing"), Some("permission-missing")]);
    Ok(())
}

/// A program imports within the scope of its key, and no further once the key is revoked.
#[tokio::test]
async fn a_key_imports_within_its_scope() -> Result<(), Failure> {
    let bed = Bed::new().await?;
    let administrator = bed.as_administrator();
    let scope = wanted(&bed, &["membership:members.invite", "membership:members.read"]);
    let made = bed.membership.make_api_key(&administrator, scope).await?;
    let program = by_key(&bed, &made.key, &bed.account(bed.administrator.id).await?);
    let rows = table(&[&["New", "", "Member", "new@example.org"], &["Account", "", "Member", "", "some.body"]]);
    let import = bed.planned_by(&program, &rows).await?;
    let first = bed.rows_of(&program, &import).await?;
    assert_eq!(first[0].planned.faults().first().map(|fault| fault.code.as_str()), Some("grant-exceeds-own"));
    assert_eq!(first[1].planned.faults().first().map(|fault| fault.code.as_str()), Some("scope-too-small"));

    let guest = bed.define_role("Guest", &[], &[]).await?;
    let rows = table(&[&["New", "", guest.name.as_str(), "new@example.org"]]);
    let import = bed.planned_by(&program, &rows).await?;
    let which = ImportOf { tenant: bed.tenant.id, import: import.id };
    bed.membership.start_import(&program, which, &import.digest, Mode::RowByRow).await?;
    bed.membership.revoke_api_key(&administrator, bed.tenant.id, made.key.id).await?;
    let over = bed.carry_out(which).await?;
    assert!(matches!(&over.state, ImportState::Ended { how: Ending::Stopped { .. }, .. }), "{:?}", over.state);
    assert_eq!(over.done().rows(), 0);
    Ok(())
}
