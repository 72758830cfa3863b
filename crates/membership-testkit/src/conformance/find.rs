//! Finding members: every filter by itself and with every other, page by page.

mod people;

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};
use membership_core::{
    account::{FactorKind, Kinds},
    directory::{AnyOf, FactorFilter, InDepartments, MailState, MemberFilter, MemberRow, Page},
    email::EmailAddress,
    event::Event,
    id::{DepartmentId, MemberId},
    invitation::{Channel, Invitation, Inviter, Subject},
    lifecycle::Stage,
    member::{Member, MemberStatus, add::AddMember, edit::Changes, remove::Heirs},
    name::Username,
    outbox::Delivery,
    role::{Assignments, Grant, Permission, assignment::Until},
    search::Query,
};

use super::Outcome;
use crate::{Adapter, Bed, Failure, clock::TICK};
use people::Crowd;
pub(super) use people::crowd;

/// Proves: ORG-10. The list filters by the state of the member, by the state of its invitation as that is at a moment, by
/// what the member was given, by text, and by any of these together. Whoever turns the pages of it sees everybody to whom
/// all of it applies, once, newest first, and nobody else.
pub(super) async fn every_filter_with_every_other(adapter: Adapter) -> Outcome {
    let bed = Bed::over(adapter).await?;
    let crowd = crowd(&bed).await?;
    let choices = crowd.choices()?;
    let (mut asked, mut found, mut nobody) = (0, 0, 0);
    for (place, one) in choices.iter().enumerate() {
        for other in choices.get(place..).unwrap_or_default() {
            let filter = both(one, other);
            let expected: BTreeSet<MemberId> = crowd.expected(&filter);
            nobody += usize::from(one == other && expected.is_empty());
            found += expected.len();
            asked += 1;
            assert_eq!(crowd.turned(&bed, &filter).await?, expected, "{filter:?}");
        }
    }
    // At the deadline Invited and Accepted, at its end the role that has one, a choice of nothing, and a typo.
    assert_eq!(nobody, 5);
    assert!(asked > 300 && found > 2 * asked, "{asked} questions, {found} answers");
    Ok(())
}

/// Several things at once that no two of the choices above ask for.
pub(super) async fn all_filters_together(adapter: Adapter) -> Outcome {
    let bed = Bed::over(adapter).await?;
    let crowd = crowd(&bed).await?;
    let [one, two] = crowd.roles;
    let mut found = 0;
    for text in ["ann", "johnson", "jonhson", "example.org", "ubel", "世"] {
        for (status, stage) in [
            (MemberStatus::NotJoined, Some((Stage::Invited, crowd.deadline - TICK))),
            (MemberStatus::NotJoined, Some((Stage::Expired, crowd.deadline))),
            (MemberStatus::Enabled, None),
        ] {
            for at in [None, Some(crowd.end - TICK), Some(crowd.end)] {
                let text = Query::parse(text)?.ok_or("nothing to search for")?;
                let text = Some(text.near().unwrap_or(text));
                let given =
                    Some(AnyOf { roles: vec![one, two], permission: Some(crowd.permission.clone()), at, over: None });
                let filter = MemberFilter { status: Some(status), stage, given, text, ..MemberFilter::default() };
                let expected = crowd.expected(&filter);
                found += expected.len();
                assert_eq!(crowd.turned(&bed, &filter).await?, expected, "{filter:?}");
            }
        }
    }
    assert!(found > 50, "{found} answers");
    Ok(())
}

/// Second factors and mail beside departments, what whoever asks can see, and text; page by page.
pub(super) async fn factors_and_mail_by_department(adapter: Adapter) -> Outcome {
    let bed = Bed::over(adapter).await?;
    let mut crowd = crowd(&bed).await?;
    let root = bed.root()?;
    let (north, south) = (bed.department("North", root).await?.id, bed.department("South", root).await?.id);
    let deep = bed.department("Deep", north).await?.id;
    let mut homes: BTreeMap<MemberId, DepartmentId> = BTreeMap::new();
    for (number, (member, _)) in crowd.people.iter_mut().enumerate() {
        let home = [root, north, south, deep].get(number / 3 % 4).copied().ok_or("no department")?;
        if member.status() == MemberStatus::Removed || home == root {
            continue;
        }
        let departments = Some(vec![home]);
        let changes = Changes { departments, ..Changes::default() };
        bed.membership.edit_member(&bed.as_administrator(), bed.target(member), changes).await?;
        *member = bed.stored(member.id).await?.ok_or("it is gone")?;
        homes.insert(member.id, home);
    }
    // Whoever edits somebody answers for the invitation from then on.
    let world = bed.world(bed.tenant.id).await?;
    for (member, invitation) in &mut crowd.people {
        *invitation = world.invitations.iter().find(|one| one.member == member.id).cloned();
    }
    let lies_in = |home: DepartmentId, top: DepartmentId| home == top || (top == north && home == deep);
    let factors = [FactorFilter::None, FactorFilter::Any, FactorFilter::Kind(FactorKind::Passkey)].map(Some);
    let (mut asked, mut found) = (0, 0);
    for factor in factors.into_iter().chain([None]) {
        for mail in MailState::ALL.map(Some).into_iter().chain([None]) {
            for (top, below) in [(north, false), (north, true), (south, false), (deep, true)] {
                for text in [None, Query::parse("ann")?] {
                    let here = Some(InDepartments { of: vec![top], below });
                    for (departments, sight) in
                        [(here.clone(), None), (None, Some(vec![top])), (here, Some(vec![deep]))]
                    {
                        let filter =
                            MemberFilter { departments, sight, factor, mail, text: text.clone(), ..Default::default() };
                        let mut expected = crowd.expected(&filter);
                        expected.retain(|member| {
                            homes.get(member).is_some_and(|home| {
                                let departments = filter.departments.as_ref();
                                departments.is_none_or(|_| if below { lies_in(*home, top) } else { *home == top })
                                    && filter.sight.iter().flatten().all(|seen| lies_in(*home, *seen))
                            })
                        });
                        asked += 1;
                        found += expected.len();
                        assert_eq!(crowd.turned(&bed, &filter).await?, expected, "{filter:?}");
                    }
                }
            }
        }
    }
    assert!(asked == 480 && found > 400, "{asked} questions, {found} answers");
    Ok(())
}

/// Whoever has an open invitation for which nobody answers any more is found, as long as it is open, and told so one by one.
pub(super) async fn those_for_whom_nobody_answers(adapter: Adapter) -> Outcome {
    let bed = Bed::over(adapter).await?;
    let crowd = crowd(&bed).await?;
    let mut found = Vec::new();
    for at in [crowd.deadline - TICK, crowd.deadline] {
        let expected = crowd.expected(&MemberFilter { unvouched: Some(at), ..MemberFilter::default() });
        for (member, _) in &crowd.people {
            let details = bed.adapter.directory.member(bed.tenant.id, member.id).await?.ok_or("it is not shown")?;
            assert_eq!(details.is_unvouched(at), expected.contains(&member.id), "{details:?}");
        }
        let tally = bed.adapter.directory.tally(bed.tenant.id, at).await?;
        assert_eq!(tally.unvouched, u64::try_from(expected.len())?);
        found.push(expected.len());
    }
    assert!(matches!(found[..], [before, after] if after > 0 && before > after), "{found:?}");
    Ok(())
}

/// It is the newest mail that counts, and no older one, whatever became of that.
pub(super) async fn the_newest_mail_counts(adapter: Adapter) -> Outcome {
    let bed = Bed::over(adapter).await?;
    let ann = bed.invite("ann@example.org").await?;
    let asked = async || {
        let mut found = Vec::new();
        for mail in MailState::ALL {
            let filter = MemberFilter { mail: Some(mail), ..MemberFilter::default() };
            let page = Page { after: None, limit: 10 };
            let rows = bed.adapter.directory.members(bed.tenant.id, &filter, page).await?;
            found.extend(rows.iter().map(|row| (row.member.id, mail)));
        }
        Ok::<_, Failure>(found)
    };
    assert_eq!(asked().await?, [(ann.member.id, MailState::Waiting)]);
    let lease = bed.claim(1).await?.pop().ok_or("nothing was due")?;
    let failed = Delivery::Failed { at: bed.clock.now(), words: "550 5.1.1 No such user".into() };
    bed.adapter.outbox.settle(&[(lease, failed)]).await?;
    assert_eq!(asked().await?, [(ann.member.id, MailState::Failed)]);
    let command = Subject { tenant: bed.tenant.id, invitation: ann.invitation.id };
    bed.membership.resend_invitation(&bed.as_administrator(), command).await?;
    assert_eq!(asked().await?, [(ann.member.id, MailState::Waiting)]);
    let tally = bed.adapter.directory.tally(bed.tenant.id, bed.clock.now()).await?;
    assert_eq!(tally.mail, [(MailState::Waiting, 1)].into());
    Ok(())
}

/// Proves: ORG-9. Members are found by a part of the name, of the username or of the address, in whatever case and with or
/// without accents; and where nobody is called so, by a name that is one typo away.
pub(super) async fn members_are_searched_loosely(adapter: Adapter) -> Outcome {
    let bed = Bed::over(adapter).await?;
    for (name, username, address) in [
        ("Ann Johnson", "ann.j", "ann@example.org"),
        ("Łukasz Müller", "lukasz", "l.mueller@example.com"),
        ("Jo Smith", "johnny", "smith@example.com"),
    ] {
        let command =
            AddMember { name: name.into(), email: Some(address.into()), ..bed.addition(username, &["Member"]).await? };
        bed.membership.add_member(&bed.as_administrator(), command).await?;
    }
    let elsewhere = bed.found("Johnson Ltd", "johnson").await?;
    let search = async |text: &str| {
        let filter = MemberFilter { text: Query::parse(text)?, ..MemberFilter::default() };
        let page = Page { after: None, limit: 10 };
        let found = bed.membership.members(&bed.as_administrator(), bed.tenant.id, filter, page).await?;
        let mut names: Vec<String> = found.rows.iter().map(|row| row.member.name.to_string()).collect();
        names.sort();
        Ok::<_, Failure>((names.join(", "), found.near))
    };
    for (text, names, near) in [
        ("JOHNSON", "Ann Johnson", false),
        ("ohnso", "Ann Johnson", false),
        ("muller", "Łukasz Müller", false),
        ("lukasz", "Łukasz Müller", false),
        ("ann.j", "Ann Johnson", false),
        ("johnn", "Jo Smith", false),
        ("j", "Ann Johnson, Jo Smith", false),
        ("example.com smith", "Jo Smith", false),
        ("jonhson", "Ann Johnson", true),
        ("smiht", "Jo Smith", true),
        ("lukazs", "Łukasz Müller", true),
        ("johnsons ann", "Ann Johnson", true),
        ("nobody", "", true),
        ("%", "Ann Johnson, Jo Smith, Root, Łukasz Müller", false),
    ] {
        assert_eq!(search(text).await?, (names.to_owned(), near), "{text}");
    }
    // What somebody is called now counts, and not what she was called.
    let ann = search_one(&bed, "johnson").await?;
    let changes = Changes { name: Some("Ann Miller".into()), ..Default::default() };
    bed.membership.edit_member(&bed.as_administrator(), bed.target(&ann.member), changes).await?;
    assert_eq!(search("miller").await?.0, "Ann Miller");
    assert_eq!(search("johnson").await?.0, "");
    assert_eq!(elsewhere.member.name.as_str(), "Other Example");
    Ok(())
}

async fn search_one(bed: &Bed, text: &str) -> Result<MemberRow, Failure> {
    let filter = MemberFilter { text: Query::parse(text)?, ..MemberFilter::default() };
    let rows = bed.adapter.directory.members(bed.tenant.id, &filter, Page { after: None, limit: 1 }).await?;
    Ok(rows.into_iter().next().ok_or("nobody was found")?)
}

/// Who may do something is listed: by a role, by one that includes it, by a single permission, for as long as that counts;
/// not whoever is shut out, was removed or has not joined.
pub(super) async fn whoever_may_is_listed(adapter: Adapter) -> Outcome {
    let bed = Bed::over(adapter).await?;
    let now = bed.clock.now();
    let permission = Permission::parse("workspace:reports.export")?;
    let exporters = bed.define_role("Exporter", &[permission.as_str()], &[]).await?.id;
    let including = bed.define_role("Including", &[], &[exporters]).await?.id;
    let given = |grant: Grant, until: Until| [(grant, until)].into_iter().collect::<Assignments>();
    let by_role = bed.somebody(given(Grant::Role(exporters), None)).await?.id;
    let included = bed.somebody(given(Grant::Role(including), Some(now + TICK))).await?.id;
    let single = bed.somebody(given(Grant::Permission(permission.clone()), Some(now + TICK * 2))).await?.id;
    bed.holder_of(&["Member manager"]).await?;
    let disabled = bed.somebody(Assignments::of_role(exporters)).await?;
    bed.membership.disable_member(&bed.as_administrator(), bed.target(&disabled)).await?;
    let removed = bed.somebody(Assignments::of_role(exporters)).await?;
    bed.membership.remove_member(&bed.as_administrator(), bed.target(&removed), Heirs::default()).await?;
    let (waiting, invitation) = bed.ready(Channel::Link(None), Inviter::Member(bed.member.id))?;
    let member = Member { assignments: Assignments::of_role(exporters), ..waiting };
    bed.write(&[Event::MemberInvited { member, invitation }]).await?;
    let root = bed.member.id;
    for expected in [vec![by_role, included, single, root], vec![by_role, single, root], vec![by_role, root]] {
        let page = Page { after: None, limit: 10 };
        let rows = bed.membership.who_may(&bed.as_administrator(), bed.tenant.id, &permission, None, page).await?;
        let found: BTreeSet<MemberId> = rows.iter().map(|row| row.member.id).collect();
        assert_eq!(found, expected.into_iter().collect());
        bed.clock.advance(TICK);
    }
    Ok(())
}

impl Crowd {
    /// Filters that ask for one thing each, and the one that asks for nothing.
    fn choices(&self) -> Result<Vec<MemberFilter>, Failure> {
        let blank = MemberFilter::default;
        let mut choices = vec![blank()];
        choices.extend(MemberStatus::ALL.map(|status| MemberFilter { status: Some(status), ..blank() }));
        for at in [self.deadline - TICK, self.deadline] {
            choices.extend(Stage::ALL.map(|stage| MemberFilter { stage: Some((stage, at)), ..blank() }));
        }
        let ([one, two], permission) = (self.roles, || Some(self.permission.clone()));
        let at = |end: TimeDelta| Some(self.end + end);
        for given in [
            AnyOf { roles: vec![one], permission: None, at: None, over: None },
            AnyOf { roles: vec![two], permission: None, at: at(-TICK), over: None },
            AnyOf { roles: vec![two], permission: None, at: at(TimeDelta::zero()), over: None },
            AnyOf { roles: vec![two, one], permission: permission(), at: at(TimeDelta::zero()), over: None },
            AnyOf { roles: vec![], permission: permission(), at: None, over: None },
            AnyOf { roles: vec![], permission: permission(), at: at(TimeDelta::zero()), over: None },
            AnyOf::default(),
        ] {
            choices.push(MemberFilter { given: Some(given), ..blank() });
        }
        let factors =
            [FactorFilter::None, FactorFilter::Any].into_iter().chain(FactorKind::ALL.map(FactorFilter::Kind));
        choices.extend(factors.map(|factor| MemberFilter { factor: Some(factor), ..blank() }));
        choices.extend(MailState::ALL.map(|mail| MemberFilter { mail: Some(mail), ..blank() }));
        let times = [self.deadline - TICK, self.deadline];
        choices.extend(times.map(|at| MemberFilter { unvouched: Some(at), ..blank() }));
        for text in ["ann", "jonson", "strasse", "person example", "login.1", "界"] {
            let exact = Query::parse(text)?.ok_or("nothing to search for")?;
            let near = exact.near();
            for text in [Some(exact), near].into_iter().flatten() {
                choices.push(MemberFilter { text: Some(text), ..blank() });
            }
        }
        Ok(choices)
    }

    /// Everybody to whom all of `filter` applies.
    fn expected(&self, filter: &MemberFilter) -> BTreeSet<MemberId> {
        let all = self.people.iter().filter(|(member, invitation)| {
            let present = member.status() != MemberStatus::Removed;
            let status = filter.status.map_or(present, |status| member.status() == status);
            let stage = filter.stage.is_none_or(|(stage, at)| {
                invitation.as_ref().is_some_and(|invitation| invitation.stage_at(at) == stage)
            });
            let given = filter.given.as_ref().is_none_or(|given| {
                let roles = given.roles.iter().map(|role| Grant::Role(*role));
                let mut wanted = roles.chain(given.permission.clone().map(Grant::Permission));
                wanted.any(|grant| match (member.assignments.end_of(&grant, None), given.at) {
                    (None, _) => false,
                    (Some(_), None) | (Some(None), _) => true,
                    (Some(Some(end)), Some(at)) => at < end,
                })
            });
            let username = member.username.as_ref().map(Username::as_str);
            let address = member.email.as_ref().map(EmailAddress::as_str);
            let texts: Vec<&str> = [Some(member.name.as_str()), username, address].into_iter().flatten().collect();
            let kinds = member.account().filter(|_| present).and_then(|account| self.kinds.get(&account));
            let factor = filter.factor.is_none_or(|factor| factor.fits(kinds.copied().unwrap_or(Kinds::NONE)));
            let mailed = invitation.as_ref().and_then(|invitation| self.mails.get(&invitation.id));
            let mail = filter.mail.is_none_or(|mail| mailed == Some(&mail));
            let unvouched = filter.unvouched.is_none_or(|at| {
                let gone = |one: &&Invitation| one.inviter == Inviter::Member(self.gone);
                invitation.as_ref().filter(gone).is_some_and(|invitation| invitation.stage_at(at).is_open())
            });
            let text = filter.text.as_ref().is_none_or(|query| query.matches(&texts));
            status && stage && given && factor && mail && unvouched && text
        });
        all.map(|(member, _)| member.id).collect()
    }

    /// Everybody whom the pages show.
    async fn turned(&self, bed: &Bed, filter: &MemberFilter) -> Result<BTreeSet<MemberId>, Failure> {
        const LIMIT: u16 = 9;
        let mut seen = BTreeSet::new();
        let mut page = Page { after: None, limit: LIMIT };
        let mut newest = DateTime::<Utc>::MAX_UTC;
        loop {
            let rows = bed.adapter.directory.members(bed.tenant.id, filter, page).await?;
            assert!(rows.len() <= usize::from(LIMIT), "{filter:?}");
            for MemberRow { member, invitation, .. } in &rows {
                assert!(member.created_at <= newest, "newest first: {filter:?}");
                newest = member.created_at;
                assert!(seen.insert(member.id), "none twice: {filter:?}");
                assert!(self.people.contains(&(member.clone(), invitation.clone())), "{member:?}");
            }
            match rows.last().filter(|_| rows.len() == usize::from(LIMIT)) {
                Some(last) => page.after = Some(last.member.id),
                None => return Ok(seen),
            }
        }
    }
}

/// All that either asks for; of two that ask for the same kind of thing, the other.
fn both(one: &MemberFilter, other: &MemberFilter) -> MemberFilter {
    MemberFilter {
        departments: other.departments.clone().or_else(|| one.departments.clone()),
        sight: other.sight.clone().or_else(|| one.sight.clone()),
        status: other.status.or(one.status),
        stage: other.stage.or(one.stage),
        given: other.given.clone().or_else(|| one.given.clone()),
        factor: other.factor.or(one.factor),
        mail: other.mail.or(one.mail),
        unvouched: other.unvouched.or(one.unvouched),
        text: other.text.clone().or_else(|| one.text.clone()),
    }
}
