//! The second step of a sign-in: the password was right, and the second factor is to be shown.

mod cookie;

use askama::Template;
use membership_core::{
    account::{
        ChallengeKey, FactorKind, Kinds,
        sign_in::{ChallengeError, Proof, SignedIn},
    },
    refusal::Refusal,
};
use membership_web::{Edge, HttpFault, Problem, Visitor, session_cookie, status_of};
use poem::{
    Response, handler,
    http::StatusCode,
    web::{Data, Form, Query},
};
use serde::Deserialize;

pub(crate) use self::cookie::{Held, Waiting};
use crate::{
    destination::{Destination, Next},
    form::{Field, Form as Fields},
    notice::{Action, refused},
    page::{Frame, page, see, signing_in},
};

/// Where a sign-in leads that waits for its second factor.
pub(crate) enum Way {
    /// To a page.
    To(Destination),
    /// Into the tenant that the invitation with this token is of.
    Joining(String),
}

/// What was typed: one of the three, and where to go on.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Typed {
    app: Option<String>,
    mailed: Option<String>,
    recovery: Option<String>,
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

impl Way {
    /// Where the page of the second step is.
    fn path(&self) -> String {
        match self {
            Self::To(_) => "/sign-in/code".to_owned(),
            Self::Joining(token) => format!("/invitation/{token}/code"),
        }
    }

    /// The same, with where to go on.
    fn address(&self, query: &str) -> String {
        match self {
            Self::To(next) if query.is_empty() => format!("{}?next={}", self.path(), next.as_str()),
            Self::To(next) => format!("{}?next={}&{query}", self.path(), next.as_str()),
            Self::Joining(_) if query.is_empty() => self.path(),
            Self::Joining(_) => format!("{}?{query}", self.path()),
        }
    }

    /// Where the password is asked for.
    fn start(&self) -> String {
        match self {
            Self::To(next) => format!("/sign-in?next={}", next.as_str()),
            Self::Joining(token) => format!("/invitation/{token}/sign-in"),
        }
    }

    /// What the forms carry along.
    fn carried(&self) -> Option<String> {
        match self {
            Self::To(next) => Some(next.as_str().to_owned()),
            Self::Joining(_) => None,
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
    let (which, proof) = match (typed.app, typed.mailed, typed.recovery) {
        (Some(code), None, None) => (FactorOrRecovery::Factor(FactorKind::App), Proof::App(code)),
        (None, Some(code), None) => (FactorOrRecovery::Factor(FactorKind::Email), Proof::Mailed(code)),
        (None, None, Some(code)) => (FactorOrRecovery::Recovery, Proof::Recovery(code)),
        _ => return Err(Problem::from(HttpFault::Malformed).into()),
    };
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
            page(status_of(error.kind()), &challenge_page(visitor, waiting.kinds, way, sent, Some(refusal)))
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
        let form = Fields::new(way.path(), submit, vec![field]);
        let form = match &carried {
            Some(next) => form.carrying("next", next.clone()),
            None => form,
        };
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
    ChallengePage {
        frame: Frame { who: None, ..Frame::card("Enter your code", visitor) },
        app: (kinds.has(FactorKind::App) && !sent).then(app),
        instead: (kinds.has(FactorKind::App) && sent).then(|| way.address("")),
        mailed: (kinds.has(FactorKind::Email) && sent).then(mailed),
        mail: kinds.has(FactorKind::Email).then(|| (format!("{}/mail", way.path()), carried.clone())),
        sent,
        recovery: form(FactorOrRecovery::Recovery, "Sign in with it", recovery),
        give_up: (format!("{}/give-up", way.path()), carried.clone()),
    }
}
