//! The pages that people see: rendered on the server, working without JavaScript; passkeys alone need it, as browsers hand them to
//! scripts and to nobody else.
//!
//! The console is an adapter like the API: it calls [`Membership`](membership_core::Membership), never HTTP. [`routes`]
//! goes beside the API, inside the shell of `membership-web`, which shows its errors by [`problem_page`].
//!
//! | page | where |
//! |---|---|
//! | an invitation, and the ways through it | `/invitation/{token}` |
//! | the first administrator's set-up | `/set-up/{token}` |
//! | signing in and out, the first page | `/sign-in`, `/sign-out`, `/` |
//! | signing in by a passkey alone | `/sign-in/passkey`, `/invitation/{token}/passkey` |
//! | the second step of a sign-in | `/sign-in/code`, `/invitation/{token}/code` |
//! | another password | `/password`, `/forgotten`, `/reset/{token}` |
//! | the own account: name, address, second factors, sessions | `/account` |
//! | confirming an address, bringing a former one back | `/address/{token}`, `/former-address/{token}` |
//! | what a member sees, and the offer to become the representative | `/welcome/{tenant}` |
//! | leaving, signed in or by the link in a letter | `/welcome/{tenant}/leave`, `/leaving/{token}` |
//! | the administration of a tenant: the overview, and who represents it | `/t/{tenant}` |
//! | its members: departments, search, filters, the same to several at once | `/t/{tenant}/members` |
//! | one member: details, access, history, and what can be done | `/t/{tenant}/members/{member}` |
//! | editing a member, and asking before anything is done with it | `/t/{tenant}/members/{member}/edit`, `.../{act}` |
//! | one department: adding, renaming, moving, dissolving, deleting | `/t/{tenant}/departments/{department}` |
//! | adding people by mail, by a link, with a password | `/t/{tenant}/invite`, `.../link`, `.../password` |
//! | importing people from a table: the template, the plan of one, carrying it out, the result | `/t/{tenant}/import`, `.../{import}` |
//! | the table of authority: what each role allows; one role, changing it | `/t/{tenant}/roles`, `.../{role}` |
//! | the audit, and it as a file | `/t/{tenant}/audit`, `.../export.csv`, `.../export.jsonl` |
//! | the rules of a tenant, what it looks like, the keys of programs, mail | `/t/{tenant}/settings`, `.../branding`, `.../keys`, `.../mail` |
//! | the logo and the colour of a tenant | `/logo/{tenant}/{logo}`, `/colour/{colour}.css` |
//! | where one is a member; light or dark | `/organisations`, `/theme` |
//! | the built-in mailbox, where there is one | `/mailbox` |

mod account;
mod address;
mod assets;
mod audit;
mod challenge;
mod department;
mod destination;
mod done;
mod entrance;
mod face;
mod forgotten;
mod form;
mod import;
mod invitation;
mod invite;
mod layout;
mod leaving;
mod letters;
mod mailbox;
mod member;
mod members;
mod moment;
mod notice;
mod overview;
mod page;
mod passkey;
mod password;
mod problem_page;
mod reset;
mod roles;
mod set_up;
mod settings;
mod settled;
mod standing;
mod test_mail;
mod theme;
mod typed;
mod welcome;
mod words;

use std::{sync::Arc, time::Duration};

use membership_web::{Files, allowing};
use poem::{Endpoint, EndpointExt, Response, Route, RouteMethod, get, post};

pub use letters::{Letter, Letters};
pub use problem_page::problem_page;
pub use test_mail::{TestMail, Tested};

/// What the pages can be given.
#[derive(Clone, Default)]
pub struct Options {
    /// The built-in mailbox. Whoever can open its page can read every letter, so it is for development only.
    pub letters: Option<Arc<dyn Letters>>,
    /// What sends a test letter; without it the settings offer none.
    pub test_mail: Option<Arc<dyn TestMail>>,
}

impl std::fmt::Debug for Options {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Options")
            .field("letters", &self.letters.is_some())
            .field("test_mail", &self.test_mail.is_some())
            .finish()
    }
}

/// Where whole files come and go, for the [`Limits`](membership_web::Limits) of the shell: uploads are larger than any other form, and
/// a request there may take `time_out`.
pub fn files(time_out: Duration) -> Vec<Files> {
    ["import", "export", "branding"].map(|part| Files { below: "/t/", part, time_out }).to_vec()
}

/// All pages. They expect [`Edge`](membership_web::Edge) in the request's data, as the shell puts it there.
pub fn routes(options: Options) -> impl Endpoint<Output = Response> {
    let mut route = administration(own_account(Route::new()))
        .at("/", read(get(entrance::first_page)))
        .at("/organisations", read(get(entrance::organisations)))
        .at("/theme", write(post(theme::choose)))
        .at("/sign-in", both(get(entrance::ask).post(entrance::sign_in)))
        .at("/sign-in/code", both(get(challenge::ask).post(challenge::answer)))
        .at("/sign-in/code/mail", write(post(challenge::mail)))
        .at("/sign-in/code/give-up", write(post(challenge::give_up)))
        .at("/sign-in/code/passkey", write(post(challenge::ask_passkey)))
        .at("/sign-in/passkey", write(post(passkey::begin)))
        .at("/sign-in/passkey/shown", write(post(passkey::sign_in)))
        .at("/sign-out", write(post(entrance::sign_out)))
        .at("/password", both(get(password::ask).post(password::change)))
        .at("/forgotten", both(get(forgotten::ask).post(forgotten::forget)))
        .at("/reset/:token", both(get(reset::ask).post(reset::reset)))
        .at("/address/:token", both(get(address::ask).post(address::confirm)))
        .at("/former-address/:token", both(get(address::former::ask).post(address::former::restore)))
        .at("/set-up/:token", both(get(set_up::ask).post(set_up::set_up)))
        .at("/invitation/:token", read(get(invitation::show)))
        .at("/invitation/:token/accept", write(post(invitation::answer::accept)))
        .at("/invitation/:token/decline", read(get(invitation::answer::confirm_decline)))
        .at("/invitation/:token/reject", write(post(invitation::answer::reject)))
        .at("/invitation/:token/register", both(get(invitation::register::ask).post(invitation::register::register)))
        .at("/invitation/:token/sign-in", both(get(invitation::sign_in::ask).post(invitation::sign_in::sign_in)))
        .at("/invitation/:token/passkey", write(post(invitation::passkey::begin)))
        .at("/invitation/:token/passkey/shown", write(post(invitation::passkey::sign_in)))
        .at("/invitation/:token/code", both(get(invitation::code::ask).post(invitation::code::answer)))
        .at("/invitation/:token/code/mail", write(post(invitation::code::mail)))
        .at("/invitation/:token/code/passkey", write(post(invitation::code::ask_passkey)))
        .at("/invitation/:token/code/give-up", write(post(invitation::code::give_up)))
        .at("/welcome/:tenant", read(get(welcome::show)))
        .at("/welcome/:tenant/invitations", write(post(welcome::invite::invite)))
        .at("/welcome/:tenant/nomination/accept", write(post(welcome::nomination::accept)))
        .at("/welcome/:tenant/nomination/decline", write(post(welcome::nomination::decline)))
        .at("/welcome/:tenant/nomination/withdraw", write(post(welcome::nomination::withdraw)))
        .at("/welcome/:tenant/leave", both(get(leaving::ask_signed_in).post(leaving::leave_signed_in)))
        .at("/leaving/:token", both(get(leaving::ask).post(leaving::leave)))
        .at("/assets/:name", read(get(assets::serve)))
        .at("/logo/:tenant/:logo", read(get(face::show)))
        .at("/colour/:name", read(get(face::colour::serve)));
    if options.letters.is_some() {
        route = route
            .at("/mailbox", read(get(mailbox::list.around(mailbox::by_our_name))))
            .at("/mailbox/:id", read(get(mailbox::read.around(mailbox::by_our_name))))
            .at("/mailbox/:id/html", read(get(mailbox::read_html.around(mailbox::by_our_name))));
    }
    route.data_opt(options.letters).data_opt(options.test_mail).map_to_response().around(theme::in_chosen)
}

fn administration(route: Route) -> Route {
    use member::{act, edit};
    imports(route)
        .at("/t/:tenant", read(get(overview::show)))
        .at("/t/:tenant/representative", write(post(overview::representative::nominate)))
        .at("/t/:tenant/representative/withdraw", write(post(overview::representative::withdraw)))
        .at("/t/:tenant/representative/address", write(post(overview::setting_up::readdress)))
        .at("/t/:tenant/members", read(get(members::show)))
        .at("/t/:tenant/members/bulk", write(post(members::bulk::bulk)))
        .at("/t/:tenant/members/export", read(get(members::export::export)))
        .at("/t/:tenant/members/:member", read(get(member::show)))
        .at("/t/:tenant/members/:member/edit", both(get(edit::ask).post(edit::save)))
        .at("/t/:tenant/members/:member/:act", both(get(act::ask).post(act::carry_out)))
        .at("/t/:tenant/roles", read(get(roles::show)))
        .at("/t/:tenant/roles/new", both(get(roles::edit::ask_new).post(roles::edit::make)))
        .at("/t/:tenant/roles/:role", read(get(roles::role::show)))
        .at("/t/:tenant/roles/:role/edit", both(get(roles::edit::ask).post(roles::edit::save)))
        .at("/t/:tenant/roles/:role/delete", both(get(roles::delete::ask).post(roles::delete::delete)))
        .at("/t/:tenant/audit", read(get(audit::show)))
        .at("/t/:tenant/audit/export.csv", read(get(audit::export::csv)))
        .at("/t/:tenant/audit/export.jsonl", read(get(audit::export::json_lines)))
        .at("/t/:tenant/settings", both(get(settings::show).post(settings::save)))
        .at("/t/:tenant/settings/branding", both(get(settings::branding::show).post(settings::branding::save)))
        .at("/t/:tenant/settings/keys", both(get(settings::keys::show).post(settings::keys::make)))
        .at("/t/:tenant/settings/keys/:key/revoke", write(post(settings::keys::revoke)))
        .at("/t/:tenant/settings/mail", read(get(settings::mail::show)))
        .at("/t/:tenant/settings/mail/test", write(post(settings::mail::test)))
        .at("/t/:tenant/invite", both(get(invite::mail::ask).post(invite::mail::invite)))
        .at("/t/:tenant/invite/link", both(get(invite::link::ask).post(invite::link::invite)))
        .at("/t/:tenant/invite/password", both(get(invite::password::ask).post(invite::password::add)))
        .at("/t/:tenant/departments/:department", read(get(department::show)))
        .at("/t/:tenant/departments/:department/below", write(post(department::add_below)))
        .at("/t/:tenant/departments/:department/beside", write(post(department::add_beside)))
        .at("/t/:tenant/departments/:department/rename", write(post(department::rename)))
        .at("/t/:tenant/departments/:department/move", write(post(department::relocate)))
        .at("/t/:tenant/departments/:department/dissolve", write(post(department::dissolve)))
        .at("/t/:tenant/departments/:department/delete", write(post(department::delete)))
        .at("/t/:tenant/*rest", read(get(layout::unknown_page)))
}

fn imports(route: Route) -> Route {
    use import::{carry_out, end, files, one, show, upload};
    route
        .at("/t/:tenant/import", both(get(show).post(upload::upload)))
        .at("/t/:tenant/import/template", read(get(files::template)))
        .at("/t/:tenant/import/:import", read(get(one::show)))
        .at("/t/:tenant/import/:import/result", read(get(files::result)))
        .at("/t/:tenant/import/:import/start", write(post(carry_out::start)))
        .at("/t/:tenant/import/:import/again", write(post(end::again)))
        .at("/t/:tenant/import/:import/cancel", write(post(end::cancel)))
        .at("/t/:tenant/import/:import/discard", write(post(end::discard)))
}

fn own_account(route: Route) -> Route {
    use account::{address, app, close, passkey, second_factor, sessions};
    route
        .at("/account", read(get(account::show)))
        .at("/account/name", write(post(account::rename)))
        .at("/account/address", write(post(address::change)))
        .at("/account/app", both(get(app::ask).post(app::begin)))
        .at("/account/app/confirm", write(post(app::confirm)))
        .at("/account/app/remove", write(post(second_factor::remove_app)))
        .at("/account/passkey", read(get(passkey::ask)))
        .at("/account/passkey/confirm", write(post(passkey::confirm)))
        .at("/account/passkey/remove", write(post(passkey::remove)))
        .at("/account/mailed-codes", write(post(second_factor::mail_codes)))
        .at("/account/mailed-codes/remove", write(post(second_factor::stop_mailing)))
        .at("/account/recovery-codes", write(post(second_factor::renew_recovery_codes)))
        .at("/account/second-factor", read(get(second_factor::ask)))
        .at("/account/sessions/end-others", write(post(sessions::end_others)))
        .at("/account/sessions/:session/end", write(post(sessions::end)))
        .at("/account/close", both(get(close::ask).post(close::close)))
}

fn read(page: RouteMethod) -> impl Endpoint<Output = Response> {
    allowing("GET, HEAD", page)
}

fn write(page: RouteMethod) -> impl Endpoint<Output = Response> {
    allowing("POST", page)
}

fn both(page: RouteMethod) -> impl Endpoint<Output = Response> {
    allowing("GET, HEAD, POST", page)
}
