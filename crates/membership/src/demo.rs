//! `membership demo`: temporary data, an example tenant, and the main job before one's eyes.

use std::{net::SocketAddr, time::Duration};

use membership_core::{
    account::register::Register,
    actor::{Actor, Principal},
    context::Context as Moment,
    invitation::invite::{Invite, Invited, Invitee, Reach},
    ports::Secret,
    role::assign::Wanted,
    tenant::{Tenant, set_up::SetUp},
};
use membership_mail::Mailbox;
use tokio::signal::unix::{SignalKind, signal};

use crate::{
    config::{Config, Deliver, MailConfig},
    failure::{Context, Outcome},
    serve::{Running, asked_to_end},
    service::Service,
};

/// What everybody in the demo signs in with. It is good for nothing else: the data is gone when the demo ends.
const PASSWORD: &str = "four calm words here";

/// Runs the demo on `port`; with `once` it ends after the main job.
pub(crate) async fn run(port: u16, once: bool) -> Outcome {
    let folder = tempfile::tempdir().context("making a temporary folder")?;
    let config = Config {
        listen: SocketAddr::from(([127, 0, 0, 1], port)),
        base_url: format!("http://localhost:{port}"),
        data_dir: folder.path().to_owned(),
        mail: MailConfig { deliver: Some(Deliver::Mailbox), ..MailConfig::default() },
        ..Config::default()
    };
    let service = Service::open(&config).await?;
    let running = Running::start(&config, &service).await?;
    let (tell, told) = tokio::sync::oneshot::channel::<()>();
    let ended = asked_to_end()?;
    // A terminal that is closed ends the demo, so that its data goes; a server outlives its terminal.
    let mut terminal = signal(SignalKind::hangup()).context("listening for SIGHUP")?;
    let serving = tokio::spawn(running.until(async move {
        tokio::select! {
            () = ended => {}
            _ = terminal.recv() => {}
            // The story was told, and there is nothing to serve on for.
            Ok(()) = told => {}
        }
    }));
    let story = Story { service: &service, base: &config.base_url, once };
    story.tell().await?;
    if once {
        // If nobody listens, the server has ended already.
        let _ = tell.send(());
    } else {
        println!("\nStop with Ctrl-C. The data is in {} and goes with it.", folder.path().display());
    }
    serving.await.context("serving")?
}

struct Story<'a> {
    service: &'a Service,
    base: &'a str,
    /// Nobody will be there to look around.
    once: bool,
}

impl Story<'_> {
    async fn tell(&self) -> Outcome {
        let base = self.base;
        let (tenant, ada) = self.found().await?;
        println!("1. Ada set up the tenant {} and is its administrator.", tenant.name);

        let access = self.service.membership.access(&self.by(ada), tenant.id).await.context("roles")?;
        let role = access.roles.iter().find(|role| role.name.as_str() == "Member").map(|role| role.id);
        let role = role.ok_or("the preset has no role Member")?;
        let people = [
            ("Bob Builder", Some("bob@example.org")),
            ("Carol Coder", Some("carol@example.org")),
            ("Dan Driver", None),
        ];
        let people = people.map(|(name, email)| invitee(name, email)).to_vec();
        let assignments = vec![Wanted::role(role)];
        let command =
            Invite { tenant: tenant.id, people, assignments, departments: Vec::new(), send: None, validity: None };
        let invited = self.service.membership.invite(&self.by(ada), command).await.context("inviting")?;
        println!("2. Ada invited Bob and Carol by mail, and Dan by a link that she hands over.");

        let letter = self.letter_to("bob@example.org").await?;
        println!("3. The letter to Bob arrived in the mailbox: {base}/mailbox/{}", letter.id);

        let token = letter.link.rsplit('/').next().unwrap_or_default();
        let nobody = self.context(Actor::Anonymous);
        self.service.membership.accept_invitation(&nobody, token).await.context("accepting")?;
        let command = Register {
            token: token.to_owned(),
            name: "Bob Builder".into(),
            username: Some("bob".into()),
            password: Secret::new(PASSWORD),
        };
        let bob = self.service.membership.register(&nobody, command).await.context("registering")?;
        println!(
            "4. Bob followed the link, said yes, registered, and has joined: he is {}.",
            bob.member.status().as_str()
        );
        if self.once {
            return Ok(());
        }
        println!("\nYour turn:");
        println!("  sign in     {base}/sign-in    as ada or bob, with the password: {PASSWORD}");
        println!("  mailbox     {base}/mailbox    Carol's invitation waits there: open it in another browser");
        if let Some(link) = invited.iter().find_map(|invited: &Invited| invited.link.as_deref()) {
            println!("  Dan's link  {link}");
        }
        println!("  the API     {base}/api/docs");
        Ok(())
    }

    async fn found(&self) -> Outcome<(Tenant, Principal)> {
        let system = self.service.edge.system();
        let link = self.service.membership.issue_set_up_link(&system).await.context("the set-up link")?;
        let link = link.ok_or("the temporary database is not empty")?;
        let command = SetUp {
            token: link.rsplit('/').next().unwrap_or_default().to_owned(),
            tenant: "Acme Robotics".into(),
            name: "Ada Admin".into(),
            username: "ada".into(),
            email: Some("ada@example.org".into()),
            password: Secret::new(PASSWORD),
        };
        let done =
            self.service.membership.set_up(&self.context(Actor::Anonymous), command).await.context("setting up")?;
        Ok((done.tenant, done.account.principal(&done.session)))
    }

    /// The letter that the mail worker has put into the mailbox by now, or will in a moment.
    async fn letter_to(&self, address: &str) -> Outcome<Letter> {
        let mailbox: &Mailbox = self.service.mailbox().ok_or("there is no mailbox")?;
        for _ in 0..100 {
            let heads = mailbox.list().await.context("the mailbox")?;
            if let Some(head) = heads.into_iter().find(|head| head.to.contains(address)) {
                let letter = mailbox.get(&head.id).await.context("the mailbox")?.ok_or("the letter is gone")?;
                let begin = format!("{}/invitation/", self.base);
                let link = letter.text.split_whitespace().find(|word| word.starts_with(&begin));
                return Ok(Letter { id: head.id, link: link.ok_or("the letter has no link")?.to_owned() });
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        Err("the letter did not arrive within five seconds".into())
    }

    fn by(&self, principal: Principal) -> Moment {
        self.context(Actor::Account(principal))
    }

    fn context(&self, actor: Actor) -> Moment {
        Moment { actor, ..self.service.edge.system() }
    }
}

struct Letter {
    id: String,
    link: String,
}

fn invitee(name: &str, email: Option<&str>) -> Invitee {
    let reach = email.map_or(Reach::Link(None), |email| Reach::Mail(email.to_owned()));
    Invitee { name: name.to_owned(), reach, assignments: Vec::new(), departments: Vec::new(), language: None }
}
