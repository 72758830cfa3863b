//! Every page over a store in memory, to look at: `cargo run -p membership-console --example preview`.
//!
//! The mailbox holds one letter; the links of invitations in all their states stand in the first line that it prints.

use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use membership_console::{Letter, Letters, Options, problem_page, routes};
use membership_core::{
    Membership, Parts,
    account::register::Register,
    invitation::{
        invite::{Invite, Invited, Invitee, Reach},
        revoke::RevokeInvitation,
    },
    link::Links,
    tenant::Preset,
};
use membership_testkit::{Adapter, Bed, Dice, Failure, ManualClock, PlainHasher, bed::PASSWORD};
use membership_web::{Edge, Shell};
use poem::{Server, listener::TcpListener};

const BASE: &str = "http://127.0.0.1:8083";
const FRESH: &str = "http://127.0.0.1:8084";

struct OneLetter(Letter);

#[async_trait]
impl Letters for OneLetter {
    async fn list(&self) -> Vec<Letter> {
        vec![self.0.clone()]
    }

    async fn get(&self, id: &str) -> Option<Letter> {
        (id == self.0.id).then(|| self.0.clone())
    }
}

async fn invited(bed: &Bed, name: &str, reach: Reach, role: &str) -> Result<Invited, Failure> {
    let person = Invitee { name: name.into(), reach, roles: vec![bed.role(role).await?] };
    let command = bed.invitation_to("nobody@example.org").await?;
    bed.invite_one(Invite { people: vec![person], ..command }).await
}

async fn joined(bed: &Bed, name: &str, address: &str, role: &str) -> Result<(), Failure> {
    let invited = invited(bed, name, Reach::Mail(address.into()), role).await?;
    let token = bed.token(&invited.invitation);
    bed.membership.accept_invitation(&bed.as_anybody(), &token).await?;
    bed.membership.register(&bed.as_anybody(), Register { name: name.into(), ..bed.registration(&token) }).await?;
    Ok(())
}

async fn people(bed: &Bed) -> Result<Vec<(&'static str, String)>, Failure> {
    let mut links = Vec::new();
    let membership = &bed.membership;
    let later = |hours| bed.clock.advance(TimeDelta::hours(hours));
    let address = |local: &str| Reach::Mail(format!("{local}@example.org"));

    let late = invited(bed, "Late Latimer", address("late"), "Member").await?;
    links.push(("expired", bed.token(&late.invitation)));
    later(80);
    joined(bed, "Bea Okonkwo", "bea@example.org", "Member manager").await?;
    later(1);
    joined(bed, "دينا الفارسي", "dina@example.org", "Member").await?;
    later(1);
    let declined = invited(bed, "Noël Nay", address("noel"), "Member").await?;
    membership.reject_invitation(&bed.as_anybody(), &bed.token(&declined.invitation)).await?;
    links.push(("declined", bed.token(&declined.invitation)));
    later(2);
    let taken_back = invited(bed, "<img src=x onerror=alert(1)> {{7*7}}", address("hostile"), "Member").await?;
    let take_back = RevokeInvitation { tenant: bed.tenant.id, invitation: taken_back.invitation.id };
    membership.revoke_invitation(&bed.as_administrator(), take_back).await?;
    links.push(("withdrawn", bed.token(&taken_back.invitation)));
    later(1);
    let by_hand = invited(bed, "Hana Novák", Reach::Link(None), "Member").await?;
    links.push(("by-hand", bed.token(&by_hand.invitation)));
    later(1);
    let on_the_way = invited(bed, "Yusuf Adeyemi", address("yusuf"), "Member").await?;
    membership.accept_invitation(&bed.as_anybody(), &bed.token(&on_the_way.invitation)).await?;
    links.push(("accepted", bed.token(&on_the_way.invitation)));
    later(1);
    let ann = invited(bed, "Ann Example", address("ann"), "Member manager").await?;
    links.push(("invited", bed.token(&ann.invitation)));
    Ok(links)
}

fn letter(link: &str, at: DateTime<Utc>) -> Letter {
    Letter {
        id: "1".into(),
        to: "ann@example.org".into(),
        subject: "Root invites you to Example Ltd".into(),
        at,
        text: format!("Hello Ann Example,\n\nRoot invites you to Example Ltd.\n\nJoin here:\n{link}\n"),
        html: Some(format!(
            "<!doctype html><html><head><title>Letter</title></head><body style=\"font-family:sans-serif\">\
             <p>Root invites you to Example Ltd.</p><p><a href=\"{link}\">See the invitation</a></p></body></html>"
        )),
    }
}

/// An installation that nobody has set up, and the link to do it with.
async fn fresh(clock: &ManualClock) -> Result<(Membership, String), Failure> {
    let adapter = Adapter::in_memory();
    let membership = Membership::new(Parts {
        store: adapter.store,
        directory: adapter.directory,
        entropy: Arc::new(Dice::seeded(1)),
        passwords: Arc::new(PlainHasher),
        links: Links::new([8; 32].into(), FRESH),
        preset: Preset::standard()?,
        mail_is_on: false,
    });
    let link = membership.issue_set_up_link(&edge_of(&membership, clock).system()).await?;
    Ok((membership, link.unwrap_or_default()))
}

fn edge_of(membership: &Membership, clock: &ManualClock) -> Edge {
    let clock = clock.clone();
    Edge::new(membership.clone(), Arc::new(move || clock.now()), Vec::new())
}

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let base = |parts: &mut Parts| parts.links = Links::new([7; 32].into(), BASE);
    let bed = Bed::altered(Adapter::in_memory(), base).await?;
    let links = people(&bed).await?;
    let newest = links.last().map(|(_, token)| format!("{BASE}/invitation/{token}")).unwrap_or_default();
    let letters = Arc::new(OneLetter(letter(&newest, bed.clock.now())));
    let (fresh, set_up) = fresh(&bed.clock).await?;
    let at_work = Shell::new(edge_of(&bed.membership, &bed.clock), routes(Options { letters: Some(letters) }));
    let untouched = Shell::new(edge_of(&fresh, &bed.clock), routes(Options::default()));
    #[expect(clippy::print_stdout, reason = "the links are what this is for")]
    {
        println!("sign in at {BASE}/sign-in as root: {PASSWORD}");
        println!("set-up {set_up}");
        for (state, token) in &links {
            println!("{state} {BASE}/invitation/{token}");
        }
    }
    tokio::try_join!(
        Server::new(TcpListener::bind("127.0.0.1:8083")).run(at_work.page(problem_page)),
        Server::new(TcpListener::bind("127.0.0.1:8084")).run(untouched.page(problem_page)),
    )?;
    Ok(())
}
