//! What a plan says of each row, and that it changes nothing.

use membership_core::{
    import::{Column, MAX_ROWS, Verdict, VerdictKind, Way},
    refusal::Refusal as _,
};
use membership_testkit::{Bed, Failure, TypedTable};

use super::{HEADER, created, refused, table, told};

/// Proves ORG-26 in part: a table is uploaded and planned: per row what it would do, in all how much mail goes out, and nothing is
/// done by it.
#[tokio::test]
async fn a_plan_says_what_each_row_would_do_and_does_nothing() -> Result<(), Failure> {
    let bed = Bed::new().await?;
    let sales = bed.department("Sales", bed.root()?).await?;
    bed.department("North", sales.id).await?;
    let before = bed.world(bed.tenant.id).await?;
    let import = bed
        .planned(&table(&[
            &["Ann Lee", "Sales / North", "Member", "ann@example.org", "", "", "de"],
            &["Bob Ray", "", "Member", "", "bob.ray", "", ""],
            &["Cy Fox", "", "Member", "", "", "link", ""],
            &["Di Moe", "Sale", "Membr", "di@@example.org", "", "by pigeon", "german"],
        ]))
        .await?;
    let rows = bed.rows_of(&bed.as_administrator(), &import).await?;
    let ways: Vec<_> = rows.iter().map(|row| row.planned.clone()).collect();
    assert_eq!(ways[..3], [Way::Mail, Way::PasswordLink, Way::Link].map(|way| Verdict::Create { way }));
    let faults = rows[3].planned.faults();
    let codes: Vec<_> = faults.iter().map(|fault| (fault.column, fault.code.as_str())).collect();
    let expected = [
        (Some(Column::Departments), "department-name-unknown"),
        (Some(Column::Roles), "role-name-unknown"),
        (Some(Column::Email), "address-malformed"),
        (Some(Column::Way), "way-unknown"),
        (Some(Column::Language), "language-malformed"),
    ];
    assert_eq!(codes, expected, "every reason of a row at once");
    assert_eq!(faults[0].fix, "write \"Sales\" if that is meant");
    assert_eq!(faults[1].fix, "write \"Member\" if that is meant");
    assert_eq!((import.plan().create, import.plan().refuse, import.plan().mails), (3, 1, 1));
    assert_eq!(rows.iter().map(|row| row.number).collect::<Vec<_>>(), [2, 3, 4, 5]);
    let after = bed.world(bed.tenant.id).await?;
    assert_eq!((after.members, after.audit.len()), (before.members, before.audit.len()), "nothing was done");
    Ok(())
}

/// What a single invitation, addition or edit would be refused for, a row is refused for, with the same code.
#[tokio::test]
async fn a_row_is_refused_in_the_words_of_a_single_one() -> Result<(), Failure> {
    let bed = Bed::new().await?;
    bed.invite("taken@example.org").await?;
    bed.added("cy.fox", &["Member"]).await?;
    let import = bed
        .planned(&table(&[
            &["", "", "Member", "a@example.org"],
            &["No Role", "", "", "b@example.org"],
            &["Twice", "", "Member", "c@example.org"],
            &["Twice", "", "Member", "C@Example.org"],
            &["By Mail", "", "Member", "", "", "mail"],
            &["By Password", "", "Member", "", "", "password link"],
            &["Chosen", "", "Member", "d@example.org", "dd.dd", "mail"],
            &["Taken", "", "Member", "taken@example.org", "cy.fox"],
            &["Day", "", "Member until yesterday", "e@example.org"],
            &["Past", "", "Member until 2001-01-01", "f@example.org"],
            &["Error", "", "#N/A", "g@example.org"],
        ]))
        .await?;
    let expected = [
        refused("name-empty"),
        refused("roles-missing"),
        created(),
        refused("row-repeated"),
        refused("email-missing"),
        refused("username-missing"),
        refused("username-is-chosen"),
        refused("address-already-member"),
        refused("date-malformed"),
        refused("end-has-passed"),
        refused("cell-is-error"),
    ];
    assert_eq!(told(&bed, &import).await?, expected);
    Ok(())
}

/// Departments are named by name or by the way to them; a name that several have is refused with the ways.
#[tokio::test]
async fn departments_are_found_by_name_or_way() -> Result<(), Failure> {
    let bed = Bed::new().await?;
    let root = bed.root()?;
    let (sales, ops) = (bed.department("Sales", root).await?, bed.department("R&D / Ops; all", root).await?);
    let north = bed.department("North", sales.id).await?;
    let other = bed.department("North", ops.id).await?;
    let import = bed
        .imported(&table(&[
            &["One", "North", "Member", "1@example.org"],
            &["Two", "sales/north", "Member", "2@example.org"],
            &[
                "Three",
                "R&D \\/ Ops\\; all / North; SALES",
                "Member @ R&D \\/ Ops\\; all until 2099-12-31",
                "3@example.org",
            ],
        ]))
        .await?;
    let told = told(&bed, &import).await?;
    assert_eq!(told, [refused("department-name-ambiguous"), created(), created()]);
    let rows = bed.rows_of(&bed.as_administrator(), &import).await?;
    assert!(rows[0].verdict().faults()[0].fix.contains("Sales / North"), "{:?}", rows[0].verdict());
    let members = bed.world(bed.tenant.id).await?.members;
    let of = |address: &str| {
        let member = members.iter().find(|member| member.email.as_ref().is_some_and(|email| email.as_str() == address));
        member.map(|member| (member.departments.all().to_vec(), member.assignments.clone()))
    };
    assert_eq!(of("2@example.org").map(|(departments, _)| departments), Some(vec![north.id]));
    let (departments, assignments) = of("3@example.org").ok_or("nobody")?;
    assert_eq!(departments, [other.id, sales.id], "the primary one first");
    let given = assignments.iter().next().ok_or("nothing")?;
    assert_eq!(given.within, Some(ops.id));
    assert_eq!(given.until.map(|until| until.to_rfc3339()).as_deref(), Some("2100-01-01T00:00:00+00:00"));
    Ok(())
}

/// A table that cannot be one is refused as a whole, and nothing of it is kept.
#[tokio::test]
async fn a_table_that_is_none_is_refused() -> Result<(), Failure> {
    let bed = Bed::new().await?;
    let plan = async |table: TypedTable| {
        let planned = bed.membership.plan_import(&bed.as_administrator(), bed.tenant.id, "x", &mut table.clone()).await;
        planned.map_err(|refused| refused.code()).err()
    };
    let nobody: [&[&str]; 0] = [];
    assert_eq!(plan(TypedTable::default()).await, Some("file-empty"));
    assert_eq!(plan(TypedTable::new(&HEADER, nobody)).await, Some("file-without-rows"));
    assert_eq!(plan(TypedTable::new(&["Vorname"], [["Ann"].as_slice()])).await, Some("header-unknown"));
    assert_eq!(plan(TypedTable::new(&["Name", "Rols"], [["Ann"].as_slice()])).await, Some("column-unclear"));
    let example = membership_core::import::column::EXAMPLE;
    assert_eq!(plan(table(&[&[example, "", "", "ann@example.org"]])).await, Some("file-without-rows"));
    let mut long = TypedTable::new(&["Phone", "Language", "E-mail"], nobody);
    for _ in 0..=MAX_ROWS {
        long.push(vec!["1".to_owned()]);
    }
    assert_eq!(plan(long).await, Some("rows-too-many"));
    assert!(bed.membership.imports(&bed.as_administrator(), bed.tenant.id).await?.is_empty());
    Ok(())
}

/// The template names what its reader may choose, and a row without anybody is refused.
#[tokio::test]
async fn the_guide_names_departments_and_roles() -> Result<(), Failure> {
    let bed = Bed::new().await?;
    let sales = bed.department("Sales", bed.root()?).await?;
    bed.department("North", sales.id).await?;
    let guide = bed.membership.import_guide(&bed.as_administrator(), bed.tenant.id).await?;
    assert_eq!(guide.departments, ["Example Ltd", "Sales", "Sales / North"]);
    assert!(guide.roles.contains(&"Member".to_owned()), "{:?}", guide.roles);
    let import = bed.planned(&TypedTable::new(&["Roles", "Name"], [["Member"].as_slice()])).await?;
    assert_eq!(told(&bed, &import).await?, [refused("row-about-nobody")]);
    assert_eq!(import.plan().of(VerdictKind::Refuse), 1);
    Ok(())
}
