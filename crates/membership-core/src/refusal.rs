//! Refusals: every "no" has a kind, a stable code, a sentence that says what is wrong, and one that says what to do.

/// What kind of "no" a refusal is. An HTTP adapter maps it to a status in one place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// The input breaks a rule that needs no knowledge of anything stored.
    Invalid,
    /// Nobody is signed in, or the credentials are wrong.
    Unauthenticated,
    /// The actor may know of the object but may not do this to it.
    Forbidden,
    /// There is no such thing, or the actor may not know whether there is.
    Absent,
    /// The state of the world does not allow it now.
    Conflict,
    /// It was possible once and will not be again.
    Gone,
    /// A limit was reached; later it may work.
    TooMany,
    /// A part that is needed is not available.
    Unavailable,
    /// A defect, or damaged data: nobody's fault but ours.
    Internal,
}

/// One fault of the input, at the place where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Where: a JSON pointer (RFC 6901) into the command, such as `/people/3/email`.
    pub pointer: String,
    /// Which rule: a stable code such as `address-has-space`.
    pub code: &'static str,
    /// What is wrong and what was expected, for a person.
    pub detail: String,
    /// What the person can do about it.
    pub advice: &'static str,
}

/// `key` as one part of a JSON pointer (RFC 6901, section 3): `~` and `/`, which mean something there, are written otherwise.
pub(crate) fn pointer_token(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}

/// A reason for not doing what was asked. Every use case's error is one.
pub trait Refusal: std::error::Error {
    /// What kind of "no" this is.
    fn kind(&self) -> Kind;

    /// The stable code: lower case, words joined by hyphens, never reused for another meaning.
    fn code(&self) -> &'static str;

    /// What the person can do about it.
    fn advice(&self) -> &'static str;

    /// The single faults of the input, where there are several.
    fn faults(&self) -> &[Fault] {
        &[]
    }

    /// In how many seconds it may be tried again, where that is known.
    fn retry_after(&self) -> Option<u32> {
        None
    }
}

/// One row of the list of all codes, from which the documentation is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CodeRow {
    /// The code.
    pub code: &'static str,
    /// Its kind.
    pub kind: Kind,
    /// The sentence that goes with it (placeholders in braces).
    pub message: &'static str,
    /// What the person can do.
    pub advice: &'static str,
}

/// Declares the error enum of a use case: each variant with its kind, code, sentence and advice in one line, and
/// `passing` for errors of other rooms that go through unchanged. `waiting` names what knows how long to wait.
macro_rules! refusals {
    (
        $(#[$meta:meta])*
        pub enum $name:ident {
            $(
                $(#[$vmeta:meta])*
                $variant:ident $({ $($(#[$fmeta:meta])* $field:ident: $type:ty),* $(,)? })?
                    = $kind:ident $code:literal ($message:literal, $advice:literal);
            )*
        } $(passing $($pass:ident($inner:ty)),+)? $(waiting $wait:path)?
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
        pub enum $name {
            $(
                $(#[$vmeta])*
                #[error($message)]
                $variant $({ $($(#[$fmeta])* $field: $type),* })?,
            )*
            $($(
                #[doc = concat!("Passed on: see [`", stringify!($inner), "`].")]
                #[error(transparent)]
                $pass(#[from] $inner),
            )+)?
        }

        impl $name {
            /// Every code that starts here, for the documentation.
            pub const CODES: &'static [$crate::refusal::CodeRow] = &[
                $($crate::refusal::CodeRow {
                    code: $code,
                    kind: $crate::refusal::Kind::$kind,
                    message: $message,
                    advice: $advice,
                },)*
            ];

            /// Every code that this error can carry: those that start here and those that pass through.
            pub fn all_codes() -> Vec<&'static $crate::refusal::CodeRow> {
                #[allow(unused_mut, clippy::allow_attributes, reason = "not every error lets others pass through")]
                let mut codes: Vec<&'static $crate::refusal::CodeRow> = Self::CODES.iter().collect();
                $($(codes.extend(<$inner>::all_codes());)+)?
                codes
            }
        }

        impl $crate::refusal::Refusal for $name {
            fn kind(&self) -> $crate::refusal::Kind {
                match self {
                    $(Self::$variant { .. } => $crate::refusal::Kind::$kind,)*
                    $($(Self::$pass(inner) => $crate::refusal::Refusal::kind(inner),)+)?
                }
            }

            fn code(&self) -> &'static str {
                match self {
                    $(Self::$variant { .. } => $code,)*
                    $($(Self::$pass(inner) => $crate::refusal::Refusal::code(inner),)+)?
                }
            }

            fn advice(&self) -> &'static str {
                match self {
                    $(Self::$variant { .. } => $advice,)*
                    $($(Self::$pass(inner) => $crate::refusal::Refusal::advice(inner),)+)?
                }
            }

            fn faults(&self) -> &[$crate::refusal::Fault] {
                match self {
                    $(Self::$variant { .. } => &[],)*
                    $($(Self::$pass(inner) => $crate::refusal::Refusal::faults(inner),)+)?
                }
            }

            fn retry_after(&self) -> Option<u32> {
                $(if let Some(seconds) = $wait(self) {
                    return Some(seconds);
                })?
                match self {
                    $(Self::$variant { .. } => None,)*
                    $($(Self::$pass(inner) => $crate::refusal::Refusal::retry_after(inner),)+)?
                }
            }
        }
    };
}
pub(crate) use refusals;

/// The input as a whole, with every fault in it at once.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the input breaks {} rule(s): {}", .0.len(), .0.iter().map(|fault| format!("{} {}", fault.pointer, fault.detail)).collect::<Vec<_>>().join("; "))]
pub struct Faults(Vec<Fault>);

impl Faults {
    /// The row for the documentation.
    pub const CODES: &'static [CodeRow] = &[CodeRow {
        code: "invalid-input",
        kind: Kind::Invalid,
        message: "the input breaks one or more rules, listed with the place of each",
        advice: "mend each place that the list of errors names and send it again; nothing was changed",
    }];

    /// Nothing if there are no faults, else all of them.
    pub fn refuse(faults: Vec<Fault>) -> Result<(), Self> {
        if faults.is_empty() { Ok(()) } else { Err(Self(faults)) }
    }

    /// All of `faults`.
    pub fn of(faults: impl IntoIterator<Item = Fault>) -> Self {
        Self(faults.into_iter().collect())
    }

    /// A single fault.
    pub fn one(pointer: impl Into<String>, rule: &(impl Refusal + ?Sized)) -> Self {
        Self(vec![Fault::new(pointer, rule)])
    }

    /// Every code that this error can carry.
    pub fn all_codes() -> Vec<&'static CodeRow> {
        Self::CODES.iter().collect()
    }
}

impl Fault {
    /// The fault that `rule` finds at `pointer`.
    pub fn new(pointer: impl Into<String>, rule: &(impl Refusal + ?Sized)) -> Self {
        Self { pointer: pointer.into(), code: rule.code(), detail: rule.to_string(), advice: rule.advice() }
    }
}

impl Refusal for Faults {
    fn kind(&self) -> Kind {
        Kind::Invalid
    }

    fn code(&self) -> &'static str {
        "invalid-input"
    }

    fn advice(&self) -> &'static str {
        "mend each place that the list of errors names and send it again; nothing was changed"
    }

    fn faults(&self) -> &[Fault] {
        &self.0
    }
}
