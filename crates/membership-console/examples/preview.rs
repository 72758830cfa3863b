//! Every page over a store in memory, to look at: `cargo run -p membership-console --example preview`.
//!
//! The first lines that it prints say who can sign in, and where the pages behind links of every kind are.

use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use membership_console::{Letter, Letters, Options, problem_page, routes};
use membership_core::{
    Membership,
    account::{
        Kinds,
        address::ChangeAddress,
        register::Register,
        sign_in::{Entrance, Proof, SignIn},
    },
    context::Client,
    id::{MemberId, TenantId},
    invitation::{
        Subject,
        invite::{Invite, Invitee, Reach},
    },
    lifecycle::Stage,
    link::{Link, Links, Purpose},
    member::{Member, reach::Target},
    name::DisplayName,
    ports::Secret,
    role::assign::Wanted,
    tenant::{
        create::CreateTenant,
        policy::{Policy, SecondFactor},
    },
};
use membership_testkit::{
    Adapter, Bed, Dice, Failure, ManualClock, PlainPasskey, PlainSecrets,
    bed::{Asked, PASSWORD, TEMPORARY, parts},
};
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

async fn invited(bed: &Bed, name: &str, reach: Reach, role: &str) -> Result<Asked, Failure> {
    let assignments = vec![Wanted::role(bed.role(role).await?)];
    let person = Invitee { name: name.into(), reach, assignments, departments: Vec::new(), language: None };
    let command = bed.invitation_to("nobody@example.org").await?;
    bed.invite_one(Invite { people: vec![person], ..command }).await
}

async fn joined(bed: &Bed, name: &str, address: &str, role: &str) -> Result<Member, Failure> {
    let invited = invited(bed, name, Reach::Mail(address.into()), role).await?;
    let token = bed.token(&invited.invitation);
    bed.membership.accept_invitation(&bed.as_anybody(), &token).await?;
    let register = Register { name: name.into(), ..bed.registration(&token) };
    Ok(bed.membership.register(&bed.as_anybody(), register).await?.member)
}

/// What is printed: what it is, and the path or the words.
type Lines = Vec<(&'static str, String)>;

async fn people(bed: &Bed) -> Result<Lines, Failure> {
    let mut links = Vec::new();
    let membership = &bed.membership;
    let later = |hours| bed.clock.advance(TimeDelta::hours(hours));
    let address = |local: &str| Reach::Mail(format!("{local}@example.org"));
    let path = |asked: &Asked| format!("{BASE}/invitation/{}", bed.token(&asked.invitation));

    let late = invited(bed, "Late Latimer", address("late"), "Member").await?;
    links.push(("expired", path(&late)));
    later(80);
    joined(bed, "Bea Okonkwo", "bea@example.org", "Member manager").await?;
    later(1);
    let dina = joined(bed, "دينا الفارسي", "dina@example.org", "Member").await?;
    links.push(("leaving", leaving(bed, &dina)));
    later(1);
    let declined = invited(bed, "Noël Nay", address("noel"), "Member").await?;
    membership.reject_invitation(&bed.as_anybody(), &bed.token(&declined.invitation)).await?;
    links.push(("declined", path(&declined)));
    later(2);
    let taken_back = invited(bed, "<img src=x onerror=alert(1)> {{7*7}}", address("hostile"), "Member").await?;
    let take_back = Subject { tenant: bed.tenant.id, invitation: taken_back.invitation.id };
    membership.revoke_invitation(&bed.as_administrator(), take_back).await?;
    links.push(("withdrawn", path(&taken_back)));
    later(1);
    let by_hand = invited(bed, "Hana Novák", Reach::Link(None), "Member").await?;
    links.push(("by-hand", path(&by_hand)));
    later(1);
    let on_the_way = invited(bed, "Yusuf Adeyemi", address("yusuf"), "Member").await?;
    membership.accept_invitation(&bed.as_anybody(), &bed.token(&on_the_way.invitation)).await?;
    links.push(("accepted", path(&on_the_way)));
    later(1);
    let ann = invited(bed, "Ann Example", address("ann"), "Member manager").await?;
    links.push(("invited", path(&ann)));
    Ok(links)
}

fn leaving(bed: &Bed, member: &Member) -> String {
    let (tenant, subject) = (member.tenant.as_uuid(), member.id.as_uuid());
    bed.membership.links().url(&Link { purpose: Purpose::Leaving, tenant, subject, generation: 1 })
}

/// Somebody who is asked to become the representative, somebody whose password is a temporary one, and somebody who was
/// shut out and let in again.
async fn asked(bed: &Bed, beneath: TenantId) -> Result<Lines, Failure> {
    let (membership, root) = (&bed.membership, bed.as_administrator());
    let nina = bed.added("nina", &["Administrator"]).await?;
    membership.nominate(&root, bed.target(&nina.member)).await?;
    membership.add_member(&root, bed.addition("theo", &["Member"]).await?).await?;
    let dora = bed.added("dora", &["Member"]).await?;
    let by_password = SignIn { login: "dora".into(), password: Secret::new(PASSWORD) };
    let before =
        membership.sign_in(&bed.as_anybody(), by_password).await?.signed_in().ok_or("dora has a second factor")?;
    membership.disable_member(&root, bed.target(&dora.member)).await?;
    membership.enable_member(&root, bed.target(&dora.member)).await?;
    let welcome = |tenant: TenantId| format!("{BASE}/welcome/{tenant}");
    Ok(vec![
        ("the representative, who has asked nina", format!("root: {PASSWORD}")),
        ("asked by root", format!("nina: {PASSWORD}")),
        ("with a temporary password", format!("theo: {TEMPORARY}")),
        ("shut out and let in again", format!("dora: {PASSWORD}")),
        ("her session from before, as a cookie", format!("membership={}", before.key.expose())),
        ("their organisation", welcome(bed.tenant.id)),
        ("the one beneath it, where root and nils@example.org are members", welcome(beneath)),
    ])
}

/// Somebody with every second factor and sessions of several programs, links of every kind about an account, and somebody
/// whose organisation asks for a second factor.
async fn accounts(bed: &Bed) -> Result<Lines, Failure> {
    let (membership, anybody) = (&bed.membership, bed.as_anybody());
    let vera = joined(bed, "Vera Valdés", "vera@example.org", "Member").await?;
    let vera = vera.account().ok_or("vera has no account")?;
    let ctx = bed.as_account(&bed.account(vera).await?);
    let to = "vera.valdes@new.example.org".to_owned();
    membership.begin_email(&ctx).await?;
    let ctx = bed.as_account(&bed.account(vera).await?);
    let app = membership.begin_app(&ctx).await?;
    let secret = data_encoding::BASE32_NOPAD.decode(app.secret.as_bytes())?;
    membership.confirm_app(&ctx, &PlainSecrets::code(&secret, bed.clock.now())).await?;
    let ctx = bed.as_account(&bed.account(vera).await?);
    let mut passkey = PlainPasskey::new(vera, vec![7; 32]);
    let answer = passkey.answer(&membership.begin_passkey(&ctx).await?);
    membership.confirm_passkey(&ctx, DisplayName::parse("Vera's laptop")?, answer).await?;
    let ctx = bed.as_account(&bed.account(vera).await?);
    let set = membership.renew_recovery_codes(&ctx).await?;
    let mut codes = set.recovery.into_iter();
    let mut newest = String::new();
    for agent in [
        "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Safari/604.1",
        "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/140.0.0.0 Safari/537.36",
    ] {
        bed.clock.advance(TimeDelta::minutes(40));
        let ctx = bed.as_anybody().from(Client { address: None, agent: Some(agent.to_owned()) });
        let typed = SignIn { login: "vera@example.org".into(), password: Secret::new(PASSWORD) };
        let Entrance::Challenged { key, .. } = membership.sign_in(&ctx, typed).await? else { continue };
        let code = codes.next().ok_or("no code is left")?;
        let proof = Proof::Recovery(code.as_str().to_owned());
        let signed_in = membership.answer_challenge(&ctx, &key, proof).await?;
        signed_in.key.expose().clone_into(&mut newest);
    }
    let ctx = bed.as_account(&bed.account(vera).await?);
    membership.change_address(&ctx, ChangeAddress { to, password: Secret::new(PASSWORD) }).await?;
    membership.forget_password(&anybody, "vera@example.org").await?;
    let account = bed.account(vera).await?;
    let links = membership.links();
    let reset = account.reset.map_or(0, |reset| reset.generation);
    let change = account.address_change.as_ref().map_or(0, |change| change.generation);
    let olga = bed.found("Strict Ltd", "olga").await?;
    let root = bed.as_account(&olga.administrator);
    let policy = membership.tenant(&root, olga.tenant.id).await?.tenant.policy;
    let policy = Policy { second_factor: SecondFactor { required: true, kinds: Kinds::ALL }, ..policy };
    let plan = membership.plan_policy(&root, olga.tenant.id, policy.clone()).await?;
    membership.change_policy(&root, olga.tenant.id, policy, plan.hash).await?;
    Ok(vec![
        ("with every second factor", format!("vera@example.org: {PASSWORD}")),
        ("her session, as a cookie", format!("membership={newest}")),
        ("reset", links.url(&account.link(Purpose::Reset, reset))),
        ("address", links.url(&account.link(Purpose::Address, change))),
        ("former-address", former(bed).await?),
        ("asked for a second factor", format!("olga: {PASSWORD}")),
        ("strict", format!("{BASE}/welcome/{}", olga.tenant.id)),
    ])
}

/// The link by which an address is brought back.
async fn former(bed: &Bed) -> Result<String, Failure> {
    let membership = &bed.membership;
    let wera = joined(bed, "Wera", "wera@example.org", "Member").await?.account().ok_or("wera has no account")?;
    let ctx = bed.as_account(&bed.account(wera).await?);
    let command = ChangeAddress { to: "wera@new.example.org".into(), password: Secret::new(PASSWORD) };
    let change = membership.change_address(&ctx, command).await?;
    let token = membership.links().token(&bed.account(wera).await?.link(Purpose::Address, change.generation));
    let account = membership.confirm_address(&ctx, &token).await?;
    let generation = account.former_address.as_ref().map_or(0, |former| former.generation);
    Ok(membership.links().url(&account.link(Purpose::FormerAddress, generation)))
}

/// An organisation beneath, by another preset, with an offer that nobody has answered in time.
async fn beneath(bed: &Bed) -> Result<TenantId, Failure> {
    let (membership, root) = (&bed.membership, bed.as_administrator());
    let command = CreateTenant {
        name: "Example Live".into(),
        administrator: "Root".into(),
        reach: Reach::Link(None),
        preset: Some("livestream-account".into()),
        parent: Some(bed.tenant.id),
    };
    let made = membership.create_tenant(&root, command).await?;
    let (tenant, token) = (made.tenant.id, bed.token(&made.invitation));
    membership.accept_invitation(&root, &token).await?;
    membership.join(&root, &token).await?;
    let nils = step(bed, tenant, "Nils Nominee", "Authorized Signer", Stage::Joined).await?;
    membership.nominate(&root, Target { tenant, member: nils }).await?;
    bed.clock.advance(TimeDelta::hours(73));
    Ok(tenant)
}

/// Invites somebody, who goes on as far as `stage`.
async fn step(bed: &Bed, tenant: TenantId, name: &str, role: &str, stage: Stage) -> Result<MemberId, Failure> {
    let (membership, root, anybody) = (&bed.membership, bed.as_administrator(), bed.as_anybody());
    let roles = membership.access(&root, tenant).await?.roles;
    let role = roles.iter().find(|known| known.name.as_str() == role).ok_or("there is no such role")?;
    let local = name.split(' ').next().unwrap_or_default().to_ascii_lowercase();
    let reach = Reach::Mail(format!("{local}@example.org"));
    let person = Invitee {
        name: name.to_owned(),
        reach,
        assignments: vec![Wanted::role(role.id)],
        departments: Vec::new(),
        language: None,
    };
    let command = Invite {
        tenant,
        people: vec![person],
        assignments: vec![],
        send: None,
        validity: None,
        departments: Vec::new(),
    };
    let invited = bed.invite_one(command).await?;
    if stage != Stage::Ready {
        let subject = Subject { tenant, invitation: invited.invitation.id };
        let token = bed.token(&membership.send_invitation(&root, subject).await?.invitation);
        if stage != Stage::Invited {
            membership.accept_invitation(&anybody, &token).await?;
        }
        if stage == Stage::Joined {
            membership.register(&anybody, Register { name: name.to_owned(), ..bed.registration(&token) }).await?;
        }
    }
    Ok(invited.member.id)
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
    let mut parts = parts(&adapter, Arc::new(Dice::seeded(1)))?;
    (parts.links, parts.mail_is_on) = (Links::new([8; 32].into(), FRESH), false);
    let membership = Membership::new(parts);
    let link = membership.issue_set_up_link(&edge_of(&membership, clock).system()).await?;
    Ok((membership, link.unwrap_or_default()))
}

fn edge_of(membership: &Membership, clock: &ManualClock) -> Edge {
    let clock = clock.clone();
    Edge::new(membership.clone(), Arc::new(move || clock.now()), Vec::new())
}

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let base = |parts: &mut membership_core::Parts| parts.links = Links::new([7; 32].into(), BASE);
    let bed = Bed::altered(Adapter::in_memory(), base).await?;
    let beneath = beneath(&bed).await?;
    let links = people(&bed).await?;
    for (name, stage) in [("Cora Completed", Stage::Joined), ("Akin Accepted", Stage::Accepted)] {
        step(&bed, beneath, name, "Super Admin", stage).await?;
    }
    step(&bed, beneath, "Sami Sent", "Content Creator", Stage::Invited).await?;
    step(&bed, beneath, "Rita Ready", "Content Creator", Stage::Ready).await?;
    let asked = asked(&bed, beneath).await?;
    let accounts = accounts(&bed).await?;
    let newest = links.last().map(|(_, link)| link.clone()).unwrap_or_default();
    let letters = Arc::new(OneLetter(letter(&newest, bed.clock.now())));
    let (fresh, set_up) = fresh(&bed.clock).await?;
    let at_work = Shell::new(edge_of(&bed.membership, &bed.clock), routes(Options { letters: Some(letters) }));
    let untouched = Shell::new(edge_of(&fresh, &bed.clock), routes(Options::default()));
    #[expect(clippy::print_stdout, reason = "the links are what this is for")]
    {
        println!("sign in at {BASE}/sign-in; set-up {set_up}");
        for (what, where_or_how) in asked.iter().chain(&accounts).chain(&links) {
            println!("{what} {where_or_how}");
        }
    }
    tokio::try_join!(
        Server::new(TcpListener::bind("127.0.0.1:8083")).run(at_work.page(problem_page)),
        Server::new(TcpListener::bind("127.0.0.1:8084")).run(untouched.page(problem_page)),
    )?;
    Ok(())
}
