//! How many stand where: a number and a bar for each state, which leads to those who are in it.

use membership_core::{
    directory::{MailState, Tally},
    lifecycle::Stage,
    member::MemberStatus,
    tenant::policy::Tone,
};

use crate::{layout::Admin, standing::of_enabled};

/// One state.
pub(super) struct Bar {
    pub(super) word: String,
    /// Which of several states with this word it is.
    pub(super) which: Option<&'static str>,
    pub(super) class: &'static str,
    pub(super) count: u64,
    /// Of the largest, in hundredths. Whatever is not nobody can be seen.
    pub(super) share: u64,
    pub(super) href: String,
}

/// On the way in, in its order, and how it can end.
const WAY_IN: [Stage; 3] = [Stage::Ready, Stage::Invited, Stage::Accepted];
const ENDS: [Stage; 3] = [Stage::Expired, Stage::Rejected, Stage::Revoked];

/// The people, in the tenant's own words. What nobody ever was is left out at the end, never on the way.
pub(super) fn people(admin: &Admin, tally: &Tally) -> Vec<Bar> {
    let words = &admin.tenant.policy.words;
    let list = |state: &str| admin.path(format_args!("members?state={state}"));
    let of_stage = |stage: Stage| {
        let (word, tone) = words.of_stage(stage);
        let same = Stage::ALL.into_iter().filter(|other| words.of_stage(*other).0 == word).count() > 1;
        let which = same.then_some(stage.as_str());
        Bar { which, ..bar(word, tone, tally.invitations.get(&stage), list(stage.as_str())) }
    };
    let of_status = |status: MemberStatus, (word, tone): (&str, Tone)| {
        bar(word, tone, tally.members.get(&status), list(status.as_str()))
    };
    let mut bars: Vec<Bar> = WAY_IN.into_iter().map(of_stage).collect();
    bars.push(of_status(MemberStatus::Enabled, of_enabled(words)));
    let mut ends: Vec<Bar> = ENDS.into_iter().map(of_stage).collect();
    ends.push(of_status(MemberStatus::Disabled, words.of_status(MemberStatus::Disabled)));
    // Expired and rejected are always asked for; the others only if there are some.
    bars.extend(ends.into_iter().enumerate().filter(|(at, bar)| *at < 2 || bar.count > 0).map(|(_, bar)| bar));
    sized(bars)
}

/// The newest invitation mails of those who have not joined.
pub(super) fn mail(admin: &Admin, tally: &Tally) -> Vec<Bar> {
    let states = [
        (MailState::Waiting, "On the way", Tone::Amber),
        (MailState::Sent, "Sent", Tone::Green),
        (MailState::Failed, "Failed", Tone::Red),
    ];
    let bars = states.into_iter().map(|(state, word, tone)| {
        bar(word, tone, tally.mail.get(&state), admin.path(format_args!("members?mail={}", state.as_str())))
    });
    sized(bars.collect())
}

fn bar(word: &str, tone: Tone, count: Option<&u64>, href: String) -> Bar {
    let class = match tone {
        Tone::Green => "good",
        Tone::Amber | Tone::AmberGreen => "wait",
        Tone::Red => "bad",
        Tone::Grey => "off",
    };
    Bar { word: word.to_owned(), which: None, class, count: count.copied().unwrap_or(0), share: 0, href }
}

fn sized(bars: Vec<Bar>) -> Vec<Bar> {
    let most = bars.iter().map(|bar| bar.count).max().unwrap_or(0).max(1);
    let share = |count: u64| if count == 0 { 0 } else { (count.saturating_mul(100) / most).max(1) };
    bars.into_iter().map(|bar| Bar { share: share(bar.count), ..bar }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_is_there_can_be_seen() {
        let of = |counts: &[u64]| {
            let bars = counts.iter().map(|count| bar("x", Tone::Green, Some(count), String::new())).collect();
            sized(bars).iter().map(|bar| bar.share).collect::<Vec<_>>()
        };
        assert_eq!(of(&[0, 1, 1_000_000]), [0, 1, 100]);
        assert_eq!(of(&[50, 200]), [25, 100]);
        assert_eq!(of(&[0, 0]), [0, 0]);
        assert_eq!(of(&[u64::MAX]), [1], "no sum of people is that large, and nothing breaks");
    }
}
