//! The same file again, and the list as a file.

use membership_core::{
    directory::{MemberFilter, Page},
    id::MemberId,
    import::{Column, Verdict, export::Exported},
};
use membership_testkit::{Bed, Failure, TypedTable};

use super::{HEADER, created, refused, table, told, unchanged};

/// Proves ORG-30, I-47 in part: the corrected file is imported again; what succeeded before is unchanged, and nobody is made twice.
#[tokio::test]
async fn the_corrected_file_comes_again() -> Result<(), Failure> {
    let bed = Bed::new().await?;
    let first = bed
        .imported(&table(&[
            &["Ann", "", "Member", "ann@example.org"],
            &["Bob", "", "Membre", "bob@example.org"],
            &["Cy", "", "Member", "", "cy.fox"],
            &["Di", "", "Member", "", "", "link"],
        ]))
        .await?;
    assert_eq!(told(&bed, &first).await?, [created(), refused("role-name-unknown"), created(), created()]);
    let corrected = table(&[
        &["Ann", "", "Member", "ann@example.org"],
        &["Bob", "", "Member", "bob@example.org"],
        &["Cy", "", "Member", "", "cy.fox"],
        &["Di", "", "Member", "", "", "link"],
    ]);
    let second = bed.imported(&corrected).await?;
    assert_eq!(told(&bed, &second).await?, [unchanged(), created(), unchanged(), unchanged()]);
    let audit = bed.world(bed.tenant.id).await?.audit.len();
    let third = bed.imported(&corrected).await?;
    assert_eq!(third.done().unchanged, 4);
    let more = bed.world(bed.tenant.id).await?.audit.len() - audit;
    assert_eq!(more, 3, "that it was started, went on and ended, and nothing else");
    Ok(())
}

async fn exported(bed: &Bed) -> Result<TypedTable, Failure> {
    let mut table = TypedTable::new(&Exported::TITLES, std::iter::empty());
    let mut after: Option<MemberId> = None;
    loop {
        let page = Page { after, limit: 2 };
        let filter = MemberFilter::default();
        let found = bed.membership.export_members(&bed.as_administrator(), bed.tenant.id, filter, page).await?;
        found.rows.into_iter().for_each(|row| table.push(row));
        match found.next {
            Some(next) => after = Some(next),
            None => return Ok(table),
        }
    }
}

/// An export is imported again without changing anything; what is edited in it is what changes.
#[tokio::test]
async fn an_export_is_edited_and_imported() -> Result<(), Failure> {
    let bed = Bed::new().await?;
    let root = bed.root()?;
    let odd = bed.department("A / B; C @ D \\ E", root).await?;
    let deep = bed.department("Deep", odd.id).await?;
    bed.added_to("ann", "Member", &[deep.id, odd.id]).await?;
    bed.invite("bob@example.org").await?;
    bed.imported(&table(&[
        &["Cy", "", "Member; Member manager @ Deep until 2099-01-31", "cy@example.org", "", "link", "fr"],
        &["Di", "", "Member", "", "", "link"],
    ]))
    .await?;
    let file = exported(&bed).await?;
    let plan = bed.planned(&file).await?;
    assert_eq!((plan.plan().unchanged, plan.plan().rows()), (5, 5), "{:?}", bed.told_of(&plan).await?);

    let ann = bed.world(bed.tenant.id).await?.members;
    let ann = ann.iter().find(|member| member.username.as_ref().is_some_and(|name| name.as_str() == "ann"));
    let ann = ann.ok_or("nobody")?.id.to_string();
    let rows: [&[&str]; 3] = [
        &[&ann, "Ann Renamed", "Deep", "", "", ""],
        &["", "Bob Renamed", "", "", "bob@example.org", ""],
        &["", "", "", "", "", "ann"],
    ];
    let edited = TypedTable::new(&["Member", "Name", "Departments", "Roles", "E-mail", "Username"], rows);
    let done = bed.imported(&edited).await?;
    assert_eq!(done.done().change, 2);
    let rows = bed.rows_of(&bed.as_administrator(), &done).await?;
    let Verdict::Change { cells } = rows[0].verdict() else { panic!("{:?}", rows[0]) };
    let columns: Vec<_> = cells.iter().map(|cell| cell.column).collect();
    assert_eq!(columns, [Column::Name, Column::Departments]);
    assert_eq!(cells[1].to, "A \\/ B\\; C \\@ D \\\\ E / Deep");
    assert_eq!(told(&bed, &done).await?[2], refused("row-repeated"), "one member, two rows");
    Ok(())
}

/// Proves I-47: over random tables: rows in is rows done and rows refused, each refused one has a reason and made nobody, each
/// good one made or changed exactly one member, and the second run makes nobody.
#[tokio::test]
async fn rows_add_up_whatever_the_table() -> Result<(), Failure> {
    let words: [&[&str]; 7] = [
        &["Ann", "Bob", "Cy", "", "Di\u{7}"],
        &["", "Sales", "Sales / North", "Nowhere", "North; Sales"],
        &["Member", "Member; Member manager", "", "Membr", "Member @ Sales"],
        &["", "a@example.org", "b@example.org", "c@example.org", "not an address"],
        &["", "", "ann.lee", "bob.ray", "x"],
        &["", "mail", "link", "password link", "pigeon"],
        &["", "de", "en-GB", "german", ""],
    ];
    let mut seed = 7_u64;
    let mut luck = |most: usize| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(seed >> 33).unwrap_or(0) % most
    };
    for _ in 0..40 {
        let bed = Bed::new().await?;
        let sales = bed.department("Sales", bed.root()?).await?;
        bed.department("North", sales.id).await?;
        bed.invite("c@example.org").await?;
        let mut random = TypedTable::new(&HEADER, std::iter::empty());
        for _ in 0..12 {
            random.push(words.iter().map(|words| words[luck(words.len())].to_owned()).collect());
        }
        let before = bed.world(bed.tenant.id).await?.members;
        let done = bed.imported(&random).await?;
        let after = bed.world(bed.tenant.id).await?.members;
        let totals = done.done();
        assert_eq!(totals.rows(), done.plan().rows());
        assert_eq!(after.len() - before.len(), totals.create as usize);
        let changed = after.iter().filter(|member| before.iter().any(|old| old.id == member.id && old != *member));
        assert_eq!(changed.count(), totals.change as usize);
        let rows = bed.rows_of(&bed.as_administrator(), &done).await?;
        for row in &rows {
            let outcome = row.outcome.as_ref().ok_or("a row without an outcome")?;
            let refused = matches!(outcome.verdict, Verdict::Refuse { .. });
            assert_eq!(refused, !outcome.verdict.faults().is_empty());
            assert_eq!(refused, outcome.member.is_none(), "{outcome:?}");
        }
        let people: std::collections::BTreeSet<_> =
            rows.iter().filter_map(|row| row.outcome.as_ref()?.member).collect();
        assert_eq!(
            people.len(),
            rows.iter().filter(|row| row.outcome.as_ref().is_some_and(|it| it.member.is_some())).count()
        );
        let again = bed.imported(&random).await?.done();
        assert_eq!((again.create, again.change), (0, 0), "the second run does nothing");
        assert_eq!(again.unchanged, totals.create + totals.change + totals.unchanged);
        assert_eq!(bed.violations().await?, []);
    }
    Ok(())
}
