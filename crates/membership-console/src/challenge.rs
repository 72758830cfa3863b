//! The second step of a sign-in: the password was right, and the second factor is to be shown.

mod cookie;
mod passkey;
mod way;

use askama::Template;
use membership_core::account::{
    ChallengeKey, FactorKind, Kinds,
    sign_in::{ChallengeError, Proof, SignedIn},
};
use membership_web::{Edge, HttpFault, Problem, Visitor, session_cookie};
use poem::{
    Response, handler,
    http::StatusCode,
    web::{Data, Form, Query},
};
use serde::Deserialize;

pub(crate) use self::{
    cookie::{Held, Waiting},
    passkey::{ask as ask_passkey, asked as passkey_asked},
    way::Way,
};
use crate::{
    destination::Next,
    form::{Field, Form as Fields},
    notice::{Action, refused},
    page::{Frame, page, refusal_page, see, signing_in},
    passkey::{Offer, answered},
};

/// What was typed, or what came of a passkey in the browser: one of the four, and where to go on.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Typed {
    app: Option<String>,
    mailed: Option<String>,
    recovery: Option<String>,
    state: Option<String>,
    credential: Option<String>,
    next: Option<String>,
}

/// What the page is asked with.
#[derive(Deserialize)]
pub(crate) struct Asked {
    next: Option<String>,
    #[serde(default)]
    pub(crate) sent: bool,
}

#[derive(Template)]
#[template(path = "challenge.html")]
struct ChallengePage {
    frame: Frame,
    passkey: Option<Offer>,
    /// What became of the passkey that was shown.
    not_taken: Option<String>,
    app: Option<Fields>,
    /// Where the app is asked for, while a mail is.
    instead: Option<String>,
    mailed: Option<Fields>,
    /// Where to have a code mailed, and what to go on to.
    mail: Option<(String, Option<String>)>,
    sent: bool,
    recovery: Fields,
    give_up: (String, Option<String>),
}

/// What was refused, on which of the forms.
type Refused<'a> = Option<(FactorOrRecovery, &'a ChallengeError)>;

/// What a sign-in may take, in words.
const LIMITS: &str = "You have ten minutes, and five tries.";

#[derive(Clone, Copy, PartialEq, Eq)]
enum FactorOrRecovery {
    Factor(FactorKind),
    Recovery,
}

/// The page.
#[handler]
#[expect(clippy::needless_pass_by_value, reason = "what a handler asks for comes by value")]
pub(crate) fn ask(visitor: Visitor, Held(waiting): Held, Query(asked): Query<Asked>) -> Response {
    show(&visitor, waiting.as_ref(), &Way::To(Next::from(asked.next).destination()), asked.sent)
}

/// Shows the second factor.
#[handler]
pub(crate) async fn answer(
    edge: Data<&Edge>,
    visitor: Visitor,
    Held(waiting): Held,
    Form(mut typed): Form<Typed>,
) -> poem::Result<Response> {
    let next = Next::from(typed.next.take()).destination();
    let way = Way::To(next.clone());
    match shown(&edge, &visitor, waiting, &way, typed).await? {
        Ok(signed_in) => {
            visitor.leave_session(&edge).await;
            Ok(signing_in(over(see(next.as_str()), &edge), &edge, &signed_in.key))
        }
        Err(page) => Ok(page),
    }
}

/// Mails a code.
#[handler]
pub(crate) async fn mail(edge: Data<&Edge>, visitor: Visitor, Held(waiting): Held, Form(next): Form<Next>) -> Response {
    mailed(&edge, &visitor, waiting, &Way::To(next.destination())).await
}

/// Gives up.
#[handler]
pub(crate) async fn give_up(
    edge: Data<&Edge>,
    visitor: Visitor,
    Held(waiting): Held,
    Form(next): Form<Next>,
) -> Response {
    given_up(&edge, &visitor, waiting, &Way::To(next.destination())).await
}

impl Typed {
    /// What it shows, if it is one thing.
    fn proof(self) -> Option<(FactorOrRecovery, Proof)> {
        let passkey = match (self.state, self.credential) {
            (Some(state), Some(credential)) => Some(answered(state, credential)),
            (None, None) => None,
            (Some(_), None) | (None, Some(_)) => return None,
        };
        let factor = FactorOrRecovery::Factor;
        match (self.app, self.mailed, passkey, self.recovery) {
            (Some(code), None, None, None) => Some((factor(FactorKind::App), Proof::App(code))),
            (None, Some(code), None, None) => Some((factor(FactorKind::Email), Proof::Mailed(code))),
            (None, None, Some(shown), None) => Some((factor(FactorKind::Passkey), Proof::Passkey(shown))),
            (None, None, None, Some(code)) => Some((FactorOrRecovery::Recovery, Proof::Recovery(code))),
            _ => None,
        }
    }
}

/// Leads from a right password to the second step.
pub(crate) fn begin(edge: &Edge, key: &ChallengeKey, kinds: Kinds, way: &Way) -> Response {
    let mut response = see(&way.address(""));
    session_cookie::add(response.headers_mut(), &cookie::set(edge, key, kinds));
    response
}

/// The page; whoever has no sign-in that waits is led to where one begins.
pub(crate) fn show(visitor: &Visitor, waiting: Option<&Waiting>, way: &Way, sent: bool) -> Response {
    match waiting {
        Some(waiting) => page(StatusCode::OK, &challenge_page(visitor, waiting.kinds, way, sent, None)),
        None => see(&way.start()),
    }
}

/// Takes what was typed; the page that says what is wrong with it otherwise.
pub(crate) async fn shown(
    edge: &Edge,
    visitor: &Visitor,
    waiting: Option<Waiting>,
    way: &Way,
    typed: Typed,
) -> poem::Result<Result<SignedIn, Response>> {
    let Some((which, proof)) = typed.proof() else { return Err(Problem::from(HttpFault::Malformed).into()) };
    let Some(waiting) = waiting else { return Ok(Err(see(&way.start()))) };
    let sent = which == FactorOrRecovery::Factor(FactorKind::Email);
    Ok(match edge.membership().answer_challenge(&visitor.context, &waiting.key, proof).await {
        Ok(signed_in) => Ok(signed_in),
        Err(error) => Err(not_in(edge, visitor, &waiting, way, sent, (which, &error))),
    })
}

/// Mails a code, and shows the page that asks for it.
pub(crate) async fn mailed(edge: &Edge, visitor: &Visitor, waiting: Option<Waiting>, way: &Way) -> Response {
    let Some(waiting) = waiting else { return see(&way.start()) };
    match edge.membership().mail_code(&visitor.context, &waiting.key).await {
        Ok(_) => see(&way.address("sent=true")),
        Err(error) => {
            let which = FactorOrRecovery::Factor(FactorKind::Email);
            not_in(edge, visitor, &waiting, way, true, (which, &error))
        }
    }
}

/// Gives the sign-in up, and leads back to where it began.
pub(crate) async fn given_up(edge: &Edge, visitor: &Visitor, waiting: Option<Waiting>, way: &Way) -> Response {
    if let Some(waiting) = waiting
        && let Err(error) = edge.membership().abandon_challenge(&visitor.context, &waiting.key).await
    {
        return over(refused(visitor, &error, Vec::new()), edge);
    }
    over(see(&way.start()), edge)
}

/// The same answer, which also takes the cookie of the sign-in away that waited.
pub(crate) fn over(mut response: Response, edge: &Edge) -> Response {
    session_cookie::add(response.headers_mut(), &cookie::clear(edge));
    response
}

fn not_in(
    edge: &Edge,
    visitor: &Visitor,
    waiting: &Waiting,
    way: &Way,
    sent: bool,
    refusal: (FactorOrRecovery, &ChallengeError),
) -> Response {
    let (_, error) = refusal;
    match error {
        ChallengeError::Wrong | ChallengeError::TooOften(_) => {
            refusal_page(error, &challenge_page(visitor, waiting.kinds, way, sent, Some(refusal)))
        }
        ChallengeError::Over => over(refused(visitor, error, vec![Action::new("Sign in again", way.start())]), edge),
        ChallengeError::NotThis | ChallengeError::Store(_) => {
            refused(visitor, error, vec![Action::new("Back", way.address(""))])
        }
    }
}

fn challenge_page(visitor: &Visitor, kinds: Kinds, way: &Way, sent: bool, refusal: Refused<'_>) -> ChallengePage {
    let carried = way.carried();
    let form = |which, submit, field: Field| {
        let field = field.answering_for(&["challenge-failed"]);
        let form = way.carried_by(Fields::new(way.path(), submit, vec![field]));
        match refusal {
            Some((blamed, error)) if blamed == which => form.answering(Some(error)),
            Some(_) | None => form,
        }
    };
    let app = || {
        let field = Field::code("app", "Code of your authenticator app").hinting("The six digits that it shows now.");
        form(FactorOrRecovery::Factor(FactorKind::App), "Sign in", field)
    };
    let mailed = || {
        let hint = "Eight digits, good for ten minutes. Only the newest mail counts.";
        let field = Field::code("mailed", "Code from the mail").hinting(hint);
        form(FactorOrRecovery::Factor(FactorKind::Email), "Sign in", field)
    };
    let recovery = Field::word("recovery", "Recovery code", "")
        .hinting("Each works once. You wrote them down when you set this up.");
    let has_codes = kinds.has(FactorKind::App) || kinds.has(FactorKind::Email);
    let title = if has_codes { "Enter your code" } else { "Show your passkey" };
    let passkey = || {
        let offer = Offer::new(format!("{}/passkey", way.path()), "Use a passkey", carried.clone());
        if kinds.has(FactorKind::App) || sent { offer.beside_another() } else { offer }
    };
    ChallengePage {
        frame: Frame { who: None, ..Frame::card(title, visitor) },
        passkey: kinds.has(FactorKind::Passkey).then(passkey),
        not_taken: passkey::not_taken(refusal),
        app: (kinds.has(FactorKind::App) && !sent).then(app),
        instead: (kinds.has(FactorKind::App) && sent).then(|| way.address("")),
        mailed: (kinds.has(FactorKind::Email) && sent).then(mailed),
        mail: kinds.has(FactorKind::Email).then(|| (format!("{}/mail", way.path()), carried.clone())),
        sent,
        recovery: form(FactorOrRecovery::Recovery, "Sign in with it", recovery),
        give_up: (format!("{}/give-up", way.path()), carried.clone()),
    }
}
