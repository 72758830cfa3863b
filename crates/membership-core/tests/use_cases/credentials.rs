//! Passwords by link, second factors, addresses, sessions, keys: what the owner does, and what an administrator does.

use chrono::TimeDelta;
use membership_core::{
    account::{
        FactorKind, Kinds,
        address::ChangeAddress,
        api_key::MakeApiKey,
        change_password::ChangePassword,
        reset::ResetPassword,
        sign_in::{Proof, SignIn},
    },
    actor::{Actor, KeyUse},
    context::Context,
    directory::{MemberFilter, Page},
    link::Purpose,
    member::remove::Heirs,
    outbox::MailKind,
    ports::Secret,
    role::Permission,
    tenant::policy::SecondFactor,
};
use membership_testkit::{Bed, Failure, KNOWN_PASSWORD, PlainSecrets, bed::PASSWORD};

use crate::{
    code, permission, secret_of,
    sign_in::{challenge, with_factors},
};

const OTHER: &str = "seven purple kites at dawn";

/// What was mailed to whom since the last look.
async fn mailed(bed: &Bed) -> Result<Vec<(MailKind, String)>, Failure> {
    let now = bed.clock.now();
    let taken = bed.adapter.outbox.claim(now, now + TimeDelta::days(365), 100).await?;
    Ok(taken.iter().map(|lease| (lease.mail.kind, lease.mail.to.to_string())).collect())
}

async fn reset_token(bed: &Bed, login: &str) -> Result<String, Failure> {
    let account = bed.adapter.directory.account_by_login(&login.parse_login()?).await?.ok_or("nobody")?;
    Ok(bed.membership.links().token(&account.link(Purpose::Reset, account.links)))
}

trait ParseLogin {
    fn parse_login(&self) -> Result<membership_core::account::Login, Failure>;
}

impl ParseLogin for str {
    fn parse_login(&self) -> Result<membership_core::account::Login, Failure> {
        Ok(membership_core::account::Login::parse(self).ok_or("no login")?)
    }
}

fn reset(token: &str, new: &str, code: Option<&str>) -> ResetPassword {
    ResetPassword { token: token.to_owned(), new: Secret::new(new), code: code.map(ToOwned::to_owned) }
}

/// Proves A51, A53, A49 in part, and I-25 in part: a link is mailed; the newest alone is good, once, for 24 hours; it ends
/// every session and starts none.
#[tokio::test]
async fn a_password_is_chosen_anew_by_mail() -> Result<(), Failure> {
    let bed = Bed::new().await?;
    bed.join("ann@example.org").await?;
    let before = bed.sign_in("ann@example.org", PASSWORD).await?;
    mailed(&bed).await?;
    bed.membership.forget_password(&bed.as_anybody(), "Ann@Example.org").await?;
    let first = reset_token(&bed, "ann@example.org").await?;
    assert_eq!(mailed(&bed).await?, [(MailKind::Reset, "ann@example.org".to_owned())]);
    bed.membership.forget_password(&bed.as_anybody(), "nobody@example.org").await?;
    bed.membership.forget_password(&bed.as_anybody(), "not an address").await?;
    assert_eq!(mailed(&bed).await?, []);

    bed.membership.forget_password(&bed.as_anybody(), "ann@example.org").await?;
    let second = reset_token(&bed, "ann@example.org").await?;
    assert_eq!(code(bed.membership.open_reset(&bed.as_anybody(), &first).await), "link-superseded");
    let view = bed.membership.open_reset(&bed.as_anybody(), &second).await?;
    assert_eq!((view.needs_code, view.expires_at), (false, bed.clock.now() + TimeDelta::hours(24)));
    for (new, refusal) in [("short", "password-too-short"), (KNOWN_PASSWORD, "password-is-known")] {
        assert_eq!(code(bed.membership.reset_password(&bed.as_anybody(), reset(&second, new, None)).await), refusal);
    }
    bed.membership.reset_password(&bed.as_anybody(), reset(&second, OTHER, None)).await?;
    assert!(bed.membership.session(&bed.as_anybody(), &before.key).await?.is_none());
    let again = bed.membership.reset_password(&bed.as_anybody(), reset(&second, PASSWORD, None)).await;
    assert_eq!(code(again), "link-superseded", "used up");
    bed.sign_in("ann@example.org", OTHER).await?;

    bed.membership.forget_password(&bed.as_anybody(), "ann@example.org").await?;
    let third = reset_token(&bed, "ann@example.org").await?;
    bed.clock.advance(TimeDelta::hours(24));
    assert_eq!(code(bed.membership.open_reset(&bed.as_anybody(), &third).await), "reset-link-expired");
    Ok(())
}

/// Proves I-27: a link to another password is dead once the password was changed, the address was, or the member was shut
/// out.
#[tokio::test]
async fn links_die_with_what_they_were_made_for() -> Result<(), Failure> {
    let bed = Bed::new().await?;
    let ann = bed.join("ann@example.org").await?;
    let issue = async || -> Result<String, Failure> {
        bed.clock.advance(TimeDelta::minutes(30));
        bed.membership.forget_password(&bed.as_anybody(), "ann@example.org").await?;
        reset_token(&bed, "ann@example.org").await
    };
    let token = issue().await?;
    let session = bed.sign_in("ann@example.org", PASSWORD).await?;
    let change = ChangePassword { current: Secret::new(PASSWORD), new: Secret::new(OTHER) };
    bed.membership.change_password(&bed.as_signed_in(&session), change).await?;
    assert_eq!(code(bed.membership.open_reset(&bed.as_anybody(), &token).await), "link-superseded");

    let token = issue().await?;
    bed.membership.disable_member(&bed.as_administrator(), bed.target(&ann.member)).await?;
    assert_eq!(code(bed.membership.open_reset(&bed.as_anybody(), &token).await), "link-superseded");
    Ok(())
}

/// Proves TEN-12, and TEN-13 in part: with codes by mail as the only second factor a password cannot be chosen anew by mail,
/// and the mail says what to do; with an app, link and code together can.
#[tokio::test]
async fn one_mailbox_is_not_both_factors() -> Result<(), Failure> {
    let bed = Bed::new().await?;
    let (ann, secret, recovery) = with_factors(&bed).await?;
    mailed(&bed).await?;
    bed.membership.forget_password(&bed.as_anybody(), "ann@example.org").await?;
    let token = reset_token(&bed, "ann@example.org").await?;
    assert!(bed.membership.open_reset(&bed.as_anybody(), &token).await?.needs_code);
    let refused = bed.membership.reset_password(&bed.as_anybody(), reset(&token, OTHER, None)).await;
    assert_eq!(code(refused), "reset-code-needed");
    let refused = bed.membership.reset_password(&bed.as_anybody(), reset(&token, OTHER, Some("000000"))).await;
    assert_eq!(code(refused), "code-wrong");
    let app = PlainSecrets::code(&secret, bed.clock.now());
    bed.membership.reset_password(&bed.as_anybody(), reset(&token, OTHER, Some(&app))).await?;
    // A second factor is asked for as ever.
    let sign_in = SignIn { login: "ann@example.org".into(), password: Secret::new(OTHER) };
    assert!(bed.membership.sign_in(&bed.as_anybody(), sign_in.clone()).await?.signed_in().is_none());

    bed.clock.advance(TimeDelta::hours(1));
    let bed_ann = bed.membership.sign_in(&bed.as_anybody(), sign_in).await?;
    let membership_core::account::sign_in::Entrance::Challenged { key, .. } = bed_ann else { return Err("in".into()) };
    let proof = Proof::Recovery(recovery[0].clone());
    let session = bed.membership.answer_challenge(&bed.as_anybody(), &key, proof).await?;
    bed.membership.forget_password(&bed.as_anybody(), "ann@example.org").await?;
    let with_app = reset_token(&bed, "ann@example.org").await?;
    bed.membership.remove_factor(&bed.as_signed_in(&session), FactorKind::App).await?;
    mailed(&bed).await?;
    let dead = bed.membership.open_reset(&bed.as_anybody(), &with_app).await;
    assert_eq!(code(dead), "link-superseded", "other factors, other links");
    bed.clock.advance(TimeDelta::hours(1));
    bed.membership.forget_password(&bed.as_anybody(), "ann@example.org").await?;
    assert_eq!(mailed(&bed).await?, [(MailKind::ResetRefused, "ann@example.org".to_owned())]);
    assert_eq!(ann.account.id, session.account.id);
    Ok(())
}

/// Proves ORG-34, TEN-9, TEN-10, TEN-11 and TEN-13 in their decisions: an administrator sees which second factor a member
/// has, switches it on (codes by mail) and off, and makes a link to another password that works with either; each needs a
/// sign-in of just now.
#[tokio::test]
async fn an_administrator_helps_a_member_in() -> Result<(), Failure> {
    let bed = Bed::new().await?;
    let ann = bed.join("ann@example.org").await?;
    let (root, target) = (bed.as_administrator(), bed.target(&ann.member));
    let kinds = async || -> Result<Kinds, Failure> {
        let page = Page { after: None, limit: 10 };
        let rows = bed.membership.members(&root, bed.tenant.id, MemberFilter::default(), page).await?.rows;
        Ok(rows.iter().find(|row| row.member.id == ann.member.id).ok_or("no row")?.kinds)
    };
    assert_eq!(kinds().await?, Kinds::NONE);
    mailed(&bed).await?;
    bed.membership.switch_second_factor(&root, target, true).await?;
    assert_eq!(kinds().await?.iter().collect::<Vec<_>>(), [FactorKind::Email]);
    assert_eq!(mailed(&bed).await?, [(MailKind::FactorsChanged, "ann@example.org".to_owned())]);
    let again = bed.membership.switch_second_factor(&root, target, true).await;
    assert_eq!(code(again), "second-factor-unchanged");

    let link = bed.membership.make_password_link(&root, target).await?;
    let older = link.url.rsplit('/').next().unwrap_or_default().to_owned();
    let link = bed.membership.make_password_link(&root, target).await?;
    let token = link.url.rsplit('/').next().unwrap_or_default();
    assert_eq!(code(bed.membership.open_reset(&bed.as_anybody(), &older).await), "link-superseded");
    assert_eq!(link.expires_at, bed.clock.now() + TimeDelta::hours(24));
    bed.membership.reset_password(&bed.as_anybody(), reset(token, OTHER, None)).await?;
    let sign_in = SignIn { login: "ann@example.org".into(), password: Secret::new(OTHER) };
    assert!(bed.membership.sign_in(&bed.as_anybody(), sign_in).await?.signed_in().is_none(), "the factor stays");

    bed.membership.switch_second_factor(&root, target, false).await?;
    assert_eq!(kinds().await?, Kinds::NONE);
    bed.sign_in("ann@example.org", OTHER).await?;

    let stale = Context { now: bed.clock.now() + TimeDelta::minutes(15), ..root };
    assert_eq!(code(bed.membership.make_password_link(&stale, target).await), "sign-in-again");
    assert_eq!(code(bed.membership.switch_second_factor(&stale, target, true).await), "sign-in-again");
    Ok(())
}

/// Proves A24 and A69 in part: nobody helps himself in, nor somebody above, nor somebody whose account another tenant's
/// doors open to, nor the operator.
#[tokio::test]
async fn an_administrator_helps_nobody_else_in() -> Result<(), Failure> {
    let bed = Bed::new().await?;
    let manager = bed.manager().await?;
    let ann = bed.join("ann@example.org").await?;
    let ctx = bed.as_account(&manager.account);
    let own = bed.membership.make_password_link(&ctx, bed.target(&manager.member)).await;
    assert_eq!(code(own), "member-is-self");
    let above = bed.membership.switch_second_factor(&ctx, bed.target(&bed.member), true).await;
    assert_eq!(code(above), "member-is-representative");
    let waiting = bed.invite("bob@example.org").await?.member;
    let not_yet = bed.membership.make_password_link(&bed.as_administrator(), bed.target(&waiting)).await;
    assert_eq!(code(not_yet), "member-not-joined");

    let elsewhere = bed.at(&bed.found("Elsewhere", "eve").await?);
    elsewhere.join_with(&bed.as_member(&ann), "ann@example.org").await?;
    for on in [true, false] {
        let shared = bed.membership.switch_second_factor(&bed.as_administrator(), bed.target(&ann.member), on).await;
        assert_eq!(code(shared), "account-is-shared");
    }
    let shared = bed.membership.make_password_link(&bed.as_administrator(), bed.target(&ann.member)).await;
    assert_eq!(code(shared), "account-is-shared");
    Ok(())
}

/// A tenant that wants a second factor lets nobody in without, tells which is missing, and lets in who has shown it; nobody
/// takes the last one away that it admits.
#[tokio::test]
async fn a_tenant_can_require_a_second_factor() -> Result<(), Failure> {
    let bed = Bed::new().await?;
    bed.join("ann@example.org").await?;
    let policy = membership_core::tenant::Policy {
        second_factor: SecondFactor { required: true, kinds: Kinds::APP },
        ..bed.tenant.policy.clone()
    };
    let plan = bed.membership.plan_policy(&bed.as_administrator(), bed.tenant.id, policy.clone()).await?;
    let stale = Context { now: bed.clock.now() + TimeDelta::minutes(15), ..bed.as_administrator() };
    let refused = bed.membership.change_policy(&stale, bed.tenant.id, policy.clone(), plan.hash).await;
    assert_eq!(code(refused), "sign-in-again");
    bed.membership.change_policy(&bed.as_administrator(), bed.tenant.id, policy, plan.hash).await?;

    let ann = bed.sign_in("ann@example.org", PASSWORD).await?;
    let ctx = bed.as_signed_in(&ann);
    assert_eq!(code(bed.membership.tenant(&ctx, bed.tenant.id).await), "second-factor-missing");
    assert_eq!(code(bed.membership.leave(&ctx, bed.tenant.id, Heirs::default()).await), "second-factor-missing");
    let set = bed.membership.begin_email(&ctx).await?;
    let ctx = Context { actor: Actor::Account(set.account.principal(&set.session)), ..bed.as_anybody() };
    assert_eq!(code(bed.membership.tenant(&ctx, bed.tenant.id).await), "second-factor-missing", "not this kind");
    let app = bed.membership.begin_app(&ctx).await?;
    let code_now = PlainSecrets::code(&secret_of(&app.address), bed.clock.now());
    let set = bed.membership.confirm_app(&ctx, &code_now).await?;
    let ctx = Context { actor: Actor::Account(set.account.principal(&set.session)), ..bed.as_anybody() };
    bed.membership.tenant(&ctx, bed.tenant.id).await?;
    assert_eq!(code(bed.membership.remove_factor(&ctx, FactorKind::App).await), "factor-required");
    bed.membership.remove_factor(&ctx, FactorKind::Email).await?;
    Ok(())
}

fn change(to: &str) -> ChangeAddress {
    ChangeAddress { to: to.to_owned(), password: Secret::new(PASSWORD) }
}

/// Proves A56 and I-29 in part: another address counts once its owner, signed in, comes back from it; the old mailbox is
/// told and can undo it, which throws out whoever did it.
#[tokio::test]
async fn an_address_is_changed_and_brought_back() -> Result<(), Failure> {
    let bed = Bed::new().await?;
    bed.join("ann@example.org").await?;
    bed.join("bob@example.org").await?;
    let ann = bed.sign_in("ann@example.org", PASSWORD).await?;
    let ctx = bed.as_signed_in(&ann);
    mailed(&bed).await?;
    let wrong = ChangeAddress { password: Secret::new("something else"), ..change("new@example.org") };
    assert_eq!(code(bed.membership.change_address(&ctx, wrong).await), "password-wrong");
    bed.membership.change_address(&ctx, change("bob@example.org")).await?;
    assert_eq!(mailed(&bed).await?, [], "somebody else's, and nobody is told");
    let asked = bed.membership.change_address(&ctx, change("new@example.org")).await?;
    assert_eq!(mailed(&bed).await?, [(MailKind::ConfirmAddress, "new@example.org".to_owned())]);
    let token = bed.membership.links().token(&ann.account.link(Purpose::Address, asked.generation));
    let bob = bed.sign_in("bob@example.org", PASSWORD).await?;
    let foreign = bed.membership.confirm_address(&bed.as_signed_in(&bob), &token).await;
    assert_eq!(code(foreign), "address-link-of-another");
    assert_eq!(code(bed.membership.confirm_address(&bed.as_anybody(), &token).await), "sign-in-required");

    let changed = bed.membership.confirm_address(&ctx, &token).await?;
    assert_eq!(changed.proved_email().map(ToString::to_string).as_deref(), Some("new@example.org"));
    assert_eq!(mailed(&bed).await?, [(MailKind::AddressChanged, "ann@example.org".to_owned())]);
    assert_eq!(code(bed.membership.confirm_address(&ctx, &token).await), "link-superseded");

    let app = bed.membership.begin_app(&ctx).await?;
    let typed = PlainSecrets::code(&secret_of(&app.address), bed.clock.now());
    bed.clock.advance(TimeDelta::seconds(1));
    bed.membership.confirm_app(&ctx, &typed).await?;
    let generation = changed.former_address.ok_or("no way back")?.generation;
    let undo = bed.membership.links().token(&ann.account.link(Purpose::FormerAddress, generation));
    assert_eq!(bed.membership.open_former_address(&bed.as_anybody(), &undo).await?.as_str(), "ann@example.org");
    let restored = bed.membership.restore_address(&bed.as_anybody(), &undo).await?;
    assert_eq!(restored.proved_email().map(ToString::to_string).as_deref(), Some("ann@example.org"));
    assert_eq!((restored.password.is_none(), restored.kinds), (true, Kinds::NONE));
    assert!(bed.membership.session(&bed.as_anybody(), &ann.key).await?.is_none());
    assert_eq!(code(bed.membership.restore_address(&bed.as_anybody(), &undo).await), "link-superseded");
    Ok(())
}

/// The own sessions are listed, ended one by one and all others at once; unused ones end by themselves.
#[tokio::test]
async fn sessions_are_the_owners_to_end() -> Result<(), Failure> {
    let bed = Bed::new().await?;
    bed.join("ann@example.org").await?;
    let mut sessions = Vec::new();
    for _ in 0..3 {
        sessions.push(bed.sign_in("ann@example.org", PASSWORD).await?);
        bed.clock.advance(TimeDelta::seconds(1));
    }
    let ctx = bed.as_signed_in(&sessions[0]);
    assert_eq!(bed.membership.own_sessions(&ctx).await?.len(), 4, "and that of the registration");
    bed.membership.end_session(&ctx, sessions[1].session.id).await?;
    assert_eq!(code(bed.membership.end_session(&ctx, sessions[1].session.id).await), "session-unknown");
    let root = bed.sign_in("root", PASSWORD).await?;
    assert_eq!(code(bed.membership.end_session(&ctx, root.session.id).await), "session-unknown", "not one's own");
    let (_, session, key) = bed.membership.end_other_sessions(&ctx).await?;
    assert_eq!(session.started_at, sessions[0].session.started_at, "nothing was shown anew");
    for signed_in in &sessions {
        assert!(bed.membership.session(&bed.as_anybody(), &signed_in.key).await?.is_none());
    }
    assert!(bed.membership.session(&bed.as_anybody(), &key).await?.is_some());
    bed.clock.advance(TimeDelta::hours(2));
    assert!(bed.membership.session(&bed.as_anybody(), &key).await?.is_none());
    Ok(())
}

/// An account is closed by its owner, once it is a member nowhere; nobody signs in to it any more.
#[tokio::test]
async fn an_account_is_closed() -> Result<(), Failure> {
    let bed = Bed::new().await?;
    bed.join("ann@example.org").await?;
    let ann = bed.sign_in("ann@example.org", PASSWORD).await?;
    let ctx = bed.as_signed_in(&ann);
    assert_eq!(code(bed.membership.close_account(&ctx).await), "account-is-member");
    assert_eq!(code(bed.membership.close_account(&bed.as_administrator()).await), "account-is-operator");
    bed.membership.leave(&ctx, bed.tenant.id, Heirs::default()).await?;
    bed.membership.close_account(&ctx).await?;
    assert!(bed.membership.session(&bed.as_anybody(), &ann.key).await?.is_none());
    let sign_in = SignIn { login: "ann@example.org".into(), password: Secret::new(PASSWORD) };
    assert_eq!(code(bed.membership.sign_in(&bed.as_anybody(), sign_in).await), "sign-in-failed");
    // The address is free again.
    bed.join("ann@example.org").await?;
    Ok(())
}

fn key(bed: &Bed, scope: &[&str], seconds: u32) -> MakeApiKey {
    let scope = scope.iter().map(|text| permission(text)).collect();
    MakeApiKey { tenant: bed.tenant.id, name: "Nightly export".into(), scope, seconds }
}

/// Proves A36, A39 and A74 in part: a key does what it was made for, in its tenant, for as long as its maker may; it makes
/// only lesser keys, does nothing that takes a person, and is dead at once when it is revoked or its maker is shut out.
#[tokio::test]
async fn a_key_is_no_more_than_its_scope_and_its_maker() -> Result<(), Failure> {
    let bed = Bed::new().await?;
    let manager = bed.manager().await?;
    let person = bed.as_account(&manager.account);
    let beyond = bed.membership.make_api_key(&person, key(&bed, &["membership:tenant.manage"], 3_600)).await;
    assert_eq!(code(beyond), "scope-exceeds-own");
    for (scope, seconds, refusal) in [
        (&[][..], 3_600, "scope-empty"),
        (&["no:such"][..], 3_600, "permission-unknown"),
        (&["membership:members.read"][..], 59, "lifetime-out-of-range"),
    ] {
        assert_eq!(code(bed.membership.make_api_key(&person, key(&bed, scope, seconds)).await), refusal);
    }
    let made = bed.membership.make_api_key(&person, key(&bed, &["membership:members.read"], 86_400)).await?;
    let found = bed.membership.api_key(&bed.as_anybody(), &made.secret).await?.ok_or("no key")?;
    let by_key = |made: &membership_core::account::ApiKey| {
        let Actor::Account(principal) = person.actor else { return bed.as_anybody() };
        let used = KeyUse { id: made.id, tenant: made.tenant };
        let principal = membership_core::actor::Principal { key: Some(used), epoch: made.epoch, ..principal };
        Context { actor: Actor::Account(principal), ..bed.as_anybody() }
    };
    let program = by_key(&found.0);
    let page = || Page { after: None, limit: 10 };
    let list = async |ctx: &Context| bed.membership.members(ctx, bed.tenant.id, MemberFilter::default(), page()).await;
    list(&program).await?;
    let bob = bed.join("bob@example.org").await?;
    let refused = bed.membership.disable_member(&program, bed.target(&bob.member)).await;
    assert_eq!(code(refused), "scope-too-small");
    assert_eq!(code(bed.membership.leave(&program, bed.tenant.id, Heirs::default()).await), "not-by-api-key");
    assert_eq!(code(bed.membership.edit_profile(&program, "X").await), "not-by-api-key");
    let elsewhere = bed.found("Elsewhere", "eve").await?;
    assert_eq!(code(bed.membership.tenant(&program, elsewhere.tenant.id).await), "tenant-unknown");

    let token = bed.membership.make_api_key(&program, key(&bed, &["membership:members.read"], 900)).await?;
    let longer = bed.membership.make_api_key(&program, key(&bed, &["membership:members.read"], 3_601)).await;
    assert_eq!(code(longer), "lifetime-out-of-range");
    let beyond = bed.membership.make_api_key(&program, key(&bed, &["membership:members.invite"], 900)).await;
    assert_eq!(code(beyond), "scope-exceeds-own");
    let child = by_key(&token.key);
    list(&child).await?;
    let grandchild = bed.membership.make_api_key(&child, key(&bed, &["membership:members.read"], 60)).await;
    assert_eq!(code(grandchild), "not-by-api-key");

    assert_eq!(bed.membership.api_keys(&person, bed.tenant.id).await?.len(), 2);
    bed.membership.revoke_api_key(&person, bed.tenant.id, made.key.id).await?;
    for ctx in [&program, &child] {
        assert_eq!(code(list(ctx).await), "sign-in-required", "with those that it made");
    }
    assert!(bed.membership.api_key(&bed.as_anybody(), &made.secret).await?.is_none());

    let made = bed.membership.make_api_key(&person, key(&bed, &["membership:members.read"], 86_400)).await?;
    let program = by_key(&made.key);
    list(&program).await?;
    bed.membership.disable_member(&bed.as_administrator(), bed.target(&manager.member)).await?;
    assert_eq!(code(list(&program).await), "member-disabled");
    bed.membership.enable_member(&bed.as_administrator(), bed.target(&manager.member)).await?;
    assert_eq!(code(list(&program).await), "session-outdated", "for good");
    assert_eq!(Permission::MEMBERS_READ.to_string(), "membership:members.read");
    Ok(())
}

/// A challenge that nobody answers leaves no session.
#[tokio::test]
async fn a_right_password_alone_is_no_session() -> Result<(), Failure> {
    let bed = Bed::new().await?;
    let (ann, _, _) = with_factors(&bed).await?;
    let before = bed.adapter.directory.sessions(ann.account.id).await?.len();
    drop(challenge(&bed).await?);
    assert_eq!(bed.adapter.directory.sessions(ann.account.id).await?.len(), before);
    Ok(())
}
