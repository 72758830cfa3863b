//! Sessions and sign-in names.

use chrono::TimeDelta;
use membership_core::{
    account::{Kinds, Login, session::MAX_AGE},
    id::SessionId,
    name::Username,
};

use super::{Outcome, rows::address};
use crate::{Adapter, Bed, bed::PASSWORD, clock::TICK};

/// A session is found by its own key, with its account as that is now, and is good for twelve hours, or two unused.
pub(super) async fn a_session_is_found_by_its_key(adapter: Adapter) -> Outcome {
    let bed = Bed::over(adapter).await?;
    let first = bed.sign_in("root", PASSWORD).await?;
    let second = bed.sign_in("root", PASSWORD).await?;
    for signed_in in [&first, &second] {
        let found = bed.adapter.directory.session(&signed_in.key.hash()).await?;
        assert_eq!(found, Some((signed_in.session.clone(), bed.administrator.clone())));
    }
    let (_, never_written) = membership_core::account::Session::start(
        &bed.administrator,
        Kinds::NONE,
        &bed.as_anybody(),
        bed.membership.entropy(),
    );
    assert_eq!(bed.adapter.directory.session(&never_written.hash()).await?, None);
    // Used again and again: the second is not, and ends after two hours.
    for _ in 0..MAX_AGE.num_hours() - 1 {
        bed.clock.advance(TimeDelta::hours(1));
        assert!(bed.membership.session(&bed.as_anybody(), &first.key).await?.is_some());
    }
    assert!(bed.membership.session(&bed.as_anybody(), &second.key).await?.is_none());
    bed.clock.advance(TimeDelta::hours(1) - TICK);
    assert!(bed.membership.session(&bed.as_anybody(), &first.key).await?.is_some());
    bed.clock.advance(TICK);
    assert!(bed.membership.session(&bed.as_anybody(), &first.key).await?.is_none());
    Ok(())
}

/// Signing out ends one session, at once and for good; ending it again changes nothing.
pub(super) async fn a_session_that_ended_is_over(adapter: Adapter) -> Outcome {
    let bed = Bed::over(adapter).await?;
    let first = bed.sign_in("root", PASSWORD).await?;
    let second = bed.sign_in("root", PASSWORD).await?;
    for _ in 0..2 {
        bed.membership.sign_out(&bed.as_administrator(), &first.session).await?;
        assert!(bed.membership.session(&bed.as_anybody(), &first.key).await?.is_none());
    }
    assert!(bed.membership.session(&bed.as_anybody(), &second.key).await?.is_some());
    let unknown = SessionId::new(bed.clock.now(), bed.membership.entropy());
    let stranger = membership_core::account::Session { id: unknown, ..second.session };
    bed.membership.sign_out(&bed.as_administrator(), &stranger).await?;
    assert!(bed.membership.session(&bed.as_anybody(), &second.key).await?.is_some());
    Ok(())
}

/// Proves: X-5, for the two names of an account: it is found by its username and by the address that it has proved, in
/// every way there is to ask.
pub(super) async fn a_login_finds_its_account(adapter: Adapter) -> Outcome {
    let bed = Bed::over(adapter).await?;
    let ann = bed.join("ann@example.org").await?.account;
    let by_name = Login::Username(Username::parse("Root")?);
    let by_address = Login::Email(address("ann@example.org")?);
    let by_claim = Login::Email(address("root@example.org")?);
    let by_nothing = Login::Username(Username::parse("nobody")?);
    for (login, expected) in
        [(by_name, Some(&bed.administrator)), (by_address, Some(&ann)), (by_claim, None), (by_nothing, None)]
    {
        assert_eq!(bed.adapter.directory.account_by_login(&login).await?.as_ref(), expected, "{login:?}");
        let mut tx = bed.adapter.store.begin(membership_core::store::Scope::Tenant(bed.tenant.id)).await?;
        assert_eq!(tx.account_by_login(&login).await?.as_ref(), expected, "{login:?}");
    }
    Ok(())
}
