//! What is another in new rules than in the present ones, in words.

use membership_core::{
    email::Alphabet,
    tenant::policy::{Ending, ExistingAccount, Policy, Sending, Validity},
};

use super::{ENDINGS, KINDS};

/// One rule, how it is and how it would be.
pub(in crate::settings) struct Difference {
    pub(in crate::settings) what: &'static str,
    pub(in crate::settings) before: String,
    pub(in crate::settings) after: String,
}

/// How a rule is told.
type Told = fn(&Policy) -> String;

const RULES: &[(&str, Told)] = &[
    ("Invitations are good for", |policy| time(policy.invitation_validity)),
    ("Time from accepting to having joined", |policy| time(policy.enrolment_window)),
    ("People in one invitation", |policy| policy.max_people_per_call.to_string()),
    ("Invitations go out", |policy| {
        match policy.send {
            Sending::Now => "at once",
            Sending::Later => "when somebody sends them",
        }
        .to_owned()
    }),
    ("Links to hand over", |policy| allowed(policy.links_allowed)),
    ("Invited again are those", |policy| endings(policy)),
    ("Owners of accounts", |policy| {
        match policy.existing_account {
            ExistingAccount::Consent => "are asked",
            ExistingAccount::Join => "join at once",
        }
        .to_owned()
    }),
    ("International letters in addresses", |policy| allowed(policy.alphabet == Alphabet::International)),
    ("Addresses are taken of", |policy| {
        if policy.allowed_domains.is_empty() { "every domain".to_owned() } else { policy.allowed_domains.join(", ") }
    }),
    ("Disabling before removing", |policy| {
        (if policy.disable_before_remove { "needed" } else { "not needed" }).to_owned()
    }),
    ("Second factor", factor),
];

/// Those that differ, in the order of the form.
pub(in crate::settings) fn differences(before: &Policy, after: &Policy) -> Vec<Difference> {
    let all = RULES.iter().map(|(what, told)| Difference { what, before: told(before), after: told(after) });
    all.filter(|rule| rule.before != rule.after).collect()
}

fn allowed(yes: bool) -> String {
    (if yes { "allowed" } else { "not allowed" }).to_owned()
}

fn time(validity: Validity) -> String {
    let seconds = validity.as_secs();
    let (count, unit) = match seconds {
        days if days % 86_400 == 0 => (days / 86_400, "day"),
        hours if hours % 3_600 == 0 => (hours / 3_600, "hour"),
        seconds => (seconds, "second"),
    };
    format!("{count} {unit}{}", if count == 1 { "" } else { "s" })
}

fn endings(policy: &Policy) -> String {
    let has = |ending: &Ending| policy.reinvite_after.contains(ending);
    let named: Vec<&str> = ENDINGS.iter().filter(|(ending, _)| has(ending)).map(|(_, label)| *label).collect();
    if named.is_empty() { "nobody".to_owned() } else { named.join(", ") }
}

fn factor(policy: &Policy) -> String {
    let rule = policy.second_factor;
    let kinds: Vec<&str> = KINDS.iter().filter(|(kind, _)| rule.kinds.has(*kind)).map(|(_, label)| *label).collect();
    let which = if kinds.is_empty() { "none".to_owned() } else { kinds.join(", ") };
    if rule.required { format!("needed: {which}") } else { format!("not needed; counted would be: {which}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_differs_is_told() {
        let before = Policy::default();
        let after = Policy {
            invitation_validity: Validity::from_secs(7_200).unwrap(),
            links_allowed: false,
            allowed_domains: vec!["example.org".into()],
            ..before.clone()
        };
        let told: Vec<String> = differences(&before, &after)
            .iter()
            .map(|one| format!("{}: {} > {}", one.what, one.before, one.after))
            .collect();
        assert_eq!(
            told,
            [
                "Invitations are good for: 3 days > 2 hours",
                "Links to hand over: allowed > not allowed",
                "Addresses are taken of: every domain > example.org",
            ]
        );
        assert!(differences(&before, &before).is_empty());
    }
}
