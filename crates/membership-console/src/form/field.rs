//! One field of a form.

use std::fmt;

use askama::{Template, filters::HtmlSafe};

/// A field with its label, its value, and what is wrong with it.
#[derive(Template)]
#[template(path = "field.html")]
pub(crate) struct Field {
    name: &'static str,
    pub(super) label: &'static str,
    control: Control,
    value: String,
    autocomplete: &'static str,
    hint: Option<String>,
    /// When it may be left empty; never, if nothing is said.
    optional: Option<&'static str>,
    fault: Option<String>,
    /// Whether the person is led to it, because it alone is at fault.
    focused: bool,
    /// Codes of refusals that are about this field.
    codes: &'static [&'static str],
}

/// How it is entered.
enum Control {
    /// Words of a language.
    Prose,
    /// A name or a code: no spelling, no capitals.
    Word,
    Email,
    /// The digits of a code that is good once.
    Code,
    Password,
    /// Shown, not editable, and not sent: it has no name.
    Fixed,
    Choice(Vec<Choice>),
}

/// One of several.
pub(crate) struct Choice {
    pub(crate) value: String,
    pub(crate) label: String,
}

impl HtmlSafe for Field {}

impl Field {
    pub(crate) fn prose(name: &'static str, label: &'static str, value: &str) -> Self {
        Self::new(name, label, Control::Prose, value)
    }

    pub(crate) fn word(name: &'static str, label: &'static str, value: &str) -> Self {
        Self::new(name, label, Control::Word, value)
    }

    pub(crate) fn email(name: &'static str, label: &'static str, value: &str) -> Self {
        Self::new(name, label, Control::Email, value)
    }

    /// A code that an app shows or a mail brings.
    pub(crate) fn code(name: &'static str, label: &'static str) -> Self {
        Self::new(name, label, Control::Code, "").completed_as("one-time-code")
    }

    /// The same, where a recovery code, which has letters, is taken too.
    pub(crate) fn in_letters(self) -> Self {
        Self { control: Control::Word, ..self }
    }

    /// A password that the person has.
    pub(crate) fn password() -> Self {
        Self { autocomplete: "current-password", ..Self::new("password", "Password", Control::Password, "") }
    }

    /// A password that the person chooses now.
    pub(crate) fn new_password() -> Self {
        Self::password()
            .completed_as("new-password")
            .hinting("15 characters or more. A sentence of several words is easy to remember.")
    }

    /// The same, where a second factor may make up for its length.
    pub(crate) fn new_password_beside(second_factor: bool) -> Self {
        let field = Self::new_password();
        if second_factor {
            field.hinting("8 characters or more. A sentence of several words is easy to remember.")
        } else {
            field
        }
    }

    /// The same, where a form asks for more than one.
    pub(crate) fn called(self, name: &'static str, label: &'static str) -> Self {
        Self { name, label, ..self }
    }

    /// Something that is as it is.
    pub(crate) fn fixed(name: &'static str, label: &'static str, value: &str) -> Self {
        Self::new(name, label, Control::Fixed, value)
    }

    pub(crate) fn choice(name: &'static str, label: &'static str, choices: Vec<Choice>, value: &str) -> Self {
        Self::new(name, label, Control::Choice(choices), value)
    }

    fn new(name: &'static str, label: &'static str, control: Control, value: &str) -> Self {
        Self {
            name,
            label,
            control,
            value: value.to_owned(),
            autocomplete: "off",
            hint: None,
            optional: None,
            fault: None,
            focused: false,
            codes: &[],
        }
    }

    /// What a browser may fill in (HTML, 4.10.18.7).
    pub(crate) fn completed_as(self, autocomplete: &'static str) -> Self {
        Self { autocomplete, ..self }
    }

    pub(crate) fn hinting(self, hint: impl Into<String>) -> Self {
        Self { hint: Some(hint.into()), ..self }
    }

    pub(crate) fn optional(self) -> Self {
        self.optional_for("optional")
    }

    /// May be left empty in the case that `when` names.
    pub(crate) fn optional_for(self, when: &'static str) -> Self {
        Self { optional: Some(when), ..self }
    }

    /// Takes the blame for refusals with these codes.
    pub(crate) fn answering_for(self, codes: &'static [&'static str]) -> Self {
        Self { codes, ..self }
    }

    pub(crate) fn is_named(&self, name: &str) -> bool {
        self.name == name
    }

    pub(crate) fn answers_for(&self, code: &str) -> bool {
        self.codes.contains(&code)
    }

    /// Writes the fault down, and says where the field is.
    pub(crate) fn blame(&mut self, fault: String) -> &'static str {
        self.fault.get_or_insert(fault);
        self.name
    }

    pub(super) const fn is_fixed(&self) -> bool {
        self.control.is_fixed()
    }

    /// Leads the person here.
    pub(super) const fn focus(&mut self) {
        self.focused = self.fault.is_some();
    }

    fn described_by(&self) -> DescribedBy {
        DescribedBy { name: self.name, hint: self.hint.is_some(), fault: self.fault.is_some() }
    }
}

impl Control {
    const fn is_password(&self) -> bool {
        matches!(self, Self::Password)
    }

    const fn is_fixed(&self) -> bool {
        matches!(self, Self::Fixed)
    }

    const fn is_email(&self) -> bool {
        matches!(self, Self::Email)
    }

    const fn is_code(&self) -> bool {
        matches!(self, Self::Code)
    }

    const fn is_prose(&self) -> bool {
        matches!(self, Self::Prose)
    }
}

/// The attributes that tie a control to its hint and its fault.
struct DescribedBy {
    name: &'static str,
    hint: bool,
    fault: bool,
}

impl fmt::Display for DescribedBy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.name;
        if self.fault {
            f.write_str(" aria-invalid=\"true\"")?;
        }
        match (self.fault, self.hint) {
            (true, true) => write!(f, " aria-describedby=\"{name}-fault {name}-hint\""),
            (true, false) => write!(f, " aria-describedby=\"{name}-fault\""),
            (false, true) => write!(f, " aria-describedby=\"{name}-hint\""),
            (false, false) => Ok(()),
        }
    }
}

impl HtmlSafe for DescribedBy {}
