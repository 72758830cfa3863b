//! Mail: where it goes, as far as that is known here, what became of the newest letters, and a test to one's own address.

use std::sync::{Arc, LazyLock};

use askama::Template;
use membership_core::role::Permission;
use membership_core::{account::Account, directory::MailState, email::EmailAddress};
use membership_web::{Edge, Visitor};
use poem::{Response, handler, http::StatusCode, web::Data};
use tokio::sync::Semaphore;

use super::{Ruling, Tab, Tabs, may_rule};
use crate::{
    layout::{Admin, Layout, Section},
    page::page,
    settled::On,
    test_mail::{TestMail, Tested},
};

#[derive(Template)]
#[template(path = "settings/mail.html")]
struct MailPage {
    layout: Layout,
    tabs: Tabs,
    path: String,
    /// Where mail goes, if that is known.
    way: Option<String>,
    /// Whether it goes anywhere at all.
    goes: bool,
    /// The newest invitation mails: on the way, sent and failed, with where those are.
    health: Option<(u64, u64, u64)>,
    list: String,
    /// The own address, where a test can go.
    own: Option<String>,
    tested: Option<Tested>,
    busy: bool,
}

/// One test at a time in the whole installation: a server that hangs holds up nobody else.
static TESTS: LazyLock<Semaphore> = LazyLock::new(|| Semaphore::new(1));

/// What the pages were given.
type Given<'a> = Option<Data<&'a Arc<dyn TestMail>>>;

/// The page.
#[handler]
pub(crate) async fn show(edge: Data<&Edge>, mail: Given<'_>, On(visitor, Ruling(admin)): On<Ruling>) -> Response {
    mail_page(StatusCode::OK, &edge, &visitor, &admin, mail.as_deref().copied(), (None, false)).await
}

/// Sends a letter to the own address.
#[handler]
pub(crate) async fn test(edge: Data<&Edge>, mail: Given<'_>, On(visitor, Ruling(admin)): On<Ruling>) -> Response {
    let mail = mail.as_deref().copied();
    let (Some(way), Some(own)) = (mail, visitor.account().and_then(proved)) else {
        return mail_page(StatusCode::CONFLICT, &edge, &visitor, &admin, mail, (None, false)).await;
    };
    let Ok(_alone) = TESTS.try_acquire() else {
        return mail_page(StatusCode::TOO_MANY_REQUESTS, &edge, &visitor, &admin, mail, (None, true)).await;
    };
    let tested = way.send(own).await;
    mail_page(StatusCode::OK, &edge, &visitor, &admin, mail, (Some(tested), false)).await
}

/// The address of an account, if a letter to it has been answered before: nobody else is bothered with tests.
fn proved(account: &Account) -> Option<&EmailAddress> {
    account.email.as_ref().filter(|email| email.proved_at.is_some()).map(|email| &email.address)
}

async fn mail_page(
    status: StatusCode,
    edge: &Edge,
    visitor: &Visitor,
    admin: &Admin,
    mail: Option<&Arc<dyn TestMail>>,
    (tested, busy): (Option<Tested>, bool),
) -> Response {
    debug_assert!(may_rule(admin), "who asks was asked before");
    let tally = if admin.grants.holds(&Permission::MEMBERS_READ) {
        edge.membership().tally(&visitor.context, admin.tenant.id).await.ok()
    } else {
        None
    };
    let health = tally.map(|tally| {
        let of = |state| tally.mail.get(&state).copied().unwrap_or(0);
        (of(MailState::Waiting), of(MailState::Sent), of(MailState::Failed))
    });
    let settings = Section::Settings.path(&admin.tenant.id);
    let shown = MailPage {
        layout: admin.layout("Mail", Section::Settings, settings.clone()),
        tabs: Tabs::of(admin, Tab::Mail),
        path: format!("{settings}/mail/test"),
        way: mail.map(|mail| mail.way()),
        goes: edge.membership().mail_is_on(),
        health,
        list: admin.path("members"),
        own: visitor.account().and_then(proved).map(ToString::to_string),
        tested,
        busy,
    };
    page(status, &shown)
}
