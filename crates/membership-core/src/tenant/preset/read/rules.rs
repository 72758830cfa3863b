//! The policy of a preset.

use toml::Spanned;

use super::{Reader, form::PolicyForm};
use crate::{
    refusal::{Fault, Refusal},
    tenant::{Policy, Validity},
};

impl Reader<'_> {
    /// The rules of `form`; what it leaves out is as ever.
    pub(super) fn policy(&mut self, form: Spanned<PolicyForm>) -> Option<Policy> {
        let place = form.span();
        let form = form.into_inner();
        let usual = Policy::default();
        let invitation_validity = self.validity(form.invitation_validity.as_ref(), usual.invitation_validity);
        let enrolment_window = self.validity(form.enrolment_window.as_ref(), usual.enrolment_window);
        let (max, domains) = (form.max_people_per_call.as_ref(), form.allowed_domains.unwrap_or_default());
        let policy = Policy {
            existing_account: form.existing_account.unwrap_or(usual.existing_account),
            invitation_validity,
            enrolment_window,
            // What is no number of people at all is out of the range too.
            max_people_per_call: max.map_or(usual.max_people_per_call, |n| u8::try_from(*n.get_ref()).unwrap_or(0)),
            send: form.send.unwrap_or(usual.send),
            reinvite_after: form.reinvite_after.map_or(usual.reinvite_after, |after| after.into_iter().collect()),
            links_allowed: form.links_allowed.unwrap_or(usual.links_allowed),
            alphabet: form.alphabet.unwrap_or(usual.alphabet),
            allowed_domains: domains.iter().map(|domain| domain.get_ref().clone()).collect(),
            disable_before_remove: form.disable_before_remove.unwrap_or(usual.disable_before_remove),
            second_factor: form.second_factor.unwrap_or(usual.second_factor),
            words: form.words.unwrap_or(usual.words),
        };
        let place_of = |fault: &Fault| {
            let domain = || domains.get(fault.pointer.strip_prefix("/allowed_domains/")?.parse::<usize>().ok()?);
            let max = || max.filter(|_| fault.pointer == "/max_people_per_call").map(Spanned::span);
            domain().map(Spanned::span).or_else(max).unwrap_or_else(|| place.clone())
        };
        let canonical = policy.canonical();
        for fault in canonical.as_ref().err().into_iter().flat_map(Refusal::faults) {
            self.fault(&place_of(fault), fault.detail.clone());
        }
        canonical.ok()
    }

    fn validity(&mut self, typed: Option<&Spanned<String>>, usual: Validity) -> Validity {
        let Some(typed) = typed else { return usual };
        let fault = match seconds(typed.get_ref()).map(Validity::from_secs) {
            Some(Ok(validity)) => return validity,
            Some(Err(fault)) => fault.to_string(),
            None => format!("{:?} is not a time; expected a number and s, m, h or d, such as 72h", typed.get_ref()),
        };
        self.fault(&typed.span(), fault);
        usual
    }
}

/// The seconds of a time such as `3d`.
fn seconds(text: &str) -> Option<u32> {
    let number = text.trim_end_matches(|c: char| !c.is_ascii_digit());
    let unit = match text.strip_prefix(number)? {
        "s" => 1,
        "m" => 60,
        "h" => 3_600,
        "d" => 86_400,
        _ => return None,
    };
    let digits = !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit());
    // More than fits is out of the range of every time anyway.
    digits.then(|| number.parse::<u32>().unwrap_or(u32::MAX).saturating_mul(unit))
}
