use super::*;

fn moment(secs: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_000_000 + secs, 0).unwrap()
}

fn lease(attempts: u32) -> Leased {
    let mail = mail(1);
    Leased { id: mail.id(), mail, queued_at: moment(0), attempts, until: moment(600) }
}

fn mail(generation: u32) -> Mail {
    Mail {
        kind: MailKind::Invitation,
        about: Scope::Tenant(crate::id::TenantId::from_uuid(Uuid::from_u128(1))),
        subject: Uuid::from_u128(2),
        generation,
        to: EmailAddress::from_canonical("ann@example.org").unwrap(),
    }
}

/// Proves I-43 where it begins: one message for a subject's generation, whoever asks and however often.
#[test]
fn a_mail_is_one_message() {
    assert_eq!(mail(1).id(), mail(1).id());
    assert_ne!(mail(1).id(), mail(2).id());
}

#[test]
fn waits_double_up_to_the_longest() {
    let patience = Patience::default();
    let wait = |attempts| {
        let settled = patience.settle(&lease(attempts), Verdict::NotNow("later".into()), moment(0));
        let Delivery::Deferred { until, .. } = settled else { panic!("{settled:?}") };
        until - moment(0)
    };
    assert_eq!(wait(0), TimeDelta::minutes(1));
    assert_eq!(wait(1), TimeDelta::minutes(2));
    assert_eq!(wait(7), TimeDelta::minutes(128));
    assert_eq!(wait(8), TimeDelta::hours(4));
    assert_eq!(wait(u32::MAX), TimeDelta::hours(4));
}

#[test]
fn it_gives_up_after_three_days() {
    let patience = Patience::default();
    let late = moment(3 * 86_400 - 4 * 3_600);
    let verdict = || Verdict::NotNow("later".into());
    assert!(matches!(patience.settle(&lease(20), verdict(), late), Delivery::Failed { .. }));
    let sooner = late - TimeDelta::seconds(1);
    assert!(matches!(patience.settle(&lease(20), verdict(), sooner), Delivery::Deferred { .. }));
}

/// However long it is told to be patient, the end of the calendar is no reason to fall over.
#[test]
fn patience_may_outlast_the_calendar() {
    let hours = TimeDelta::hours(u32::MAX.into());
    let patience = Patience { give_up_after: hours, longest_wait: hours, first_wait: hours, ..Patience::default() };
    let settled = patience.settle(&lease(0), Verdict::NotNow("later".into()), moment(0));
    assert!(matches!(settled, Delivery::Failed { .. }), "{settled:?}");
    let patience = Patience { give_up_after: hours, ..Patience::default() };
    let settled = patience.settle(&lease(0), Verdict::NotNow("later".into()), moment(0));
    assert!(matches!(settled, Delivery::Deferred { .. }), "{settled:?}");
}

#[test]
fn the_servers_words_are_kept_within_bounds() {
    let words = format!("250 ok\r\n\u{1b}[31m{}", "x".repeat(1_000));
    let settled = Patience::default().settle(&lease(0), Verdict::Taken(words), moment(0));
    let Delivery::Sent { words, .. } = settled else { panic!("{settled:?}") };
    assert!(words.starts_with("250 ok   [31mxxx") && words.chars().count() == 500, "{words}");
    let never = Patience::default().settle(&lease(0), Verdict::Never("550 no such user".into()), moment(0));
    assert_eq!(never, Delivery::Failed { at: moment(0), words: "550 no such user".into() });
}
