//! Forms: what was typed comes back when something is wrong with it, each fault at its field and all of them on top.

mod card;
mod field;

use askama::{Template, filters::HtmlSafe};
use membership_core::{account::passkey::Ceremony, refusal::Refusal};

pub(crate) use card::{FormPage, Other};
pub(crate) use field::{Choice, Field};

use crate::words::sentence;

/// A form.
#[derive(Template)]
#[template(path = "form.html")]
pub(crate) struct Form {
    action: String,
    submit: &'static str,
    hidden: Vec<(&'static str, String)>,
    asked: Option<Asked>,
    fields: Vec<Field>,
    pub(crate) problem: Option<Problem>,
}

/// What the browser's authenticator is asked before the form is sent.
struct Asked {
    /// Of `navigator.credentials`.
    call: &'static str,
    options: String,
    /// Whether it is asked without a press of the button.
    at_once: bool,
}

/// What is wrong with a form as a whole.
pub(crate) struct Problem {
    heading: String,
    advice: Option<String>,
    faults: Vec<Listed>,
    /// Whether it stands above the form. A form of one field needs no list of what is wrong with it.
    summed_up: bool,
}

/// One line of the summary, with the field that it leads to.
struct Listed {
    field: Option<&'static str>,
    text: String,
}

impl HtmlSafe for Form {}

impl Form {
    pub(crate) fn new(action: String, submit: &'static str, fields: Vec<Field>) -> Self {
        Self { action, submit, hidden: Vec::new(), asked: None, fields, problem: None }
    }

    /// Also carries a value that nobody sees.
    pub(crate) fn carrying(mut self, name: &'static str, value: String) -> Self {
        self.hidden.push((name, value));
        self
    }

    /// Is sent with a new passkey, for which the browser asks when the button is pressed.
    pub(crate) fn making_passkey(self, ceremony: Ceremony) -> Self {
        self.asking("create", ceremony, false)
    }

    /// Is sent with a passkey, for which the browser asks at once.
    pub(crate) fn showing_passkey(self, ceremony: Ceremony) -> Self {
        self.asking("get", ceremony, true)
    }

    fn asking(self, call: &'static str, ceremony: Ceremony, at_once: bool) -> Self {
        let asked = Asked { call, options: ceremony.options, at_once };
        Self { asked: Some(asked), ..self.carrying("state", ceremony.state) }
    }

    /// The same form; if it was refused, saying why.
    pub(crate) fn answering(self, refusal: Option<&dyn Refusal>) -> Self {
        match refusal {
            Some(refusal) => self.refused(refusal),
            None => self,
        }
    }

    fn refused(mut self, refusal: &dyn Refusal) -> Self {
        let mut faults = Vec::new();
        for fault in refusal.faults() {
            let place = fault.pointer.rsplit('/').next().unwrap_or_default();
            let whom = |field: &Field| field.is_named(place) || field.answers_for(fault.code);
            faults.push(self.blame(whom, sentence(&fault.detail)));
        }
        let sole = self.fields.iter().filter(|field| !field.is_fixed()).count() == 1;
        let message = sentence(&refusal.to_string());
        let advice = sentence(refusal.advice());
        let problem = if !faults.is_empty() {
            Problem { heading: "Please correct this first".to_owned(), advice: None, faults, summed_up: true }
        } else if self.fields.iter().any(|field| field.answers_for(refusal.code())) {
            let listed = self.blame(|field| field.answers_for(refusal.code()), format!("{message} {advice}"));
            Problem {
                heading: "Please correct this first".to_owned(),
                advice: None,
                faults: vec![listed],
                summed_up: true,
            }
        } else {
            Problem { heading: message, advice: Some(advice), faults, summed_up: true }
        };
        let alone = sole && problem.faults.iter().all(|fault| fault.field.is_some()) && !problem.faults.is_empty();
        if alone {
            self.fields.iter_mut().for_each(Field::focus);
        }
        let problem = Problem { summed_up: !alone, ..problem };
        self.problem = Some(problem);
        self
    }

    fn blame(&mut self, whom: impl Fn(&Field) -> bool, text: String) -> Listed {
        let field = self.fields.iter_mut().find(|field| whom(field));
        match field {
            Some(field) => Listed { field: Some(field.blame(text.clone())), text: format!("{}: {text}", field.label) },
            None => Listed { field: None, text },
        }
    }
}
