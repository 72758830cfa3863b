#![allow(warnings, clippy::all, clippy::pedantic, clippy::restriction)]
use membership_core::{directory::*, event::Event, store::Scope};
use membership_store::Database;
use membership_testkit::{Adapter, Bed, Failure};
use std::sync::Arc;
use std::time::Instant;

fn cpu() -> u64 {
    let s = std::fs::read_to_string("/proc/self/stat").unwrap();
    let f: Vec<&str> = s.rsplit(')').next().unwrap().split_whitespace().collect();
    f[11].parse::<u64>().unwrap() + f[12].parse::<u64>().unwrap()
}
async fn measure(url: &str, clients: u32, total: u32) -> Result<(), Failure> {
    let database = Database::open(url).await?;
    database.migrate().await?;
    let bed = Bed::over(Adapter::of(Arc::into_inner(database).unwrap())).await?;
    let command = bed.invitation_to("x@example.org").await?;
    for (round, clients) in
        [std::env::var("CLIENTS").ok().and_then(|c| c.parse().ok()).unwrap_or(1), clients].into_iter().enumerate()
    {
        let t = Instant::now();
        let c0 = cpu();
        let mut tasks = tokio::task::JoinSet::new();
        for c in 0..clients {
            let (bed, command) = (bed.clone(), command.clone());
            tasks.spawn(async move {
                for n in 0..total / clients {
                    let mut command = command.clone();
                    command.people[0].reach =
                        membership_core::invitation::invite::Reach::Mail(format!("p{round}-{c}-{n}@example.org"));
                    bed.membership.invite(&bed.as_administrator(), command).await.unwrap();
                }
            });
        }
        while let Some(d) = tasks.join_next().await {
            d?;
        }
        println!("cpu {} us per invite", (cpu() - c0) * 10_000 / u64::from(total / clients * clients));
        println!(
            "{clients} clients: {:.0} invites/s",
            f64::from(total / clients * clients) / t.elapsed().as_secs_f64()
        );
    }
    if std::env::var("WRITES").is_ok() {
        return Ok(());
    }
    // Reads
    let ann = bed.join("ann@example.org").await?;
    let key = ann.key.hash();
    let d = &bed.adapter.directory;
    if std::env::var("PAGES").is_err() {
        let t = Instant::now();
        for _ in 0..2000 {
            d.session(&key).await?;
        }
        println!("session {:.1} us", t.elapsed().as_micros() as f64 / 2000.0);
        let t = Instant::now();
        for _ in 0..2000 {
            d.standing_of(bed.tenant.id, ann.account.id).await?;
        }
        println!("standing_of {:.1} us", t.elapsed().as_micros() as f64 / 2000.0);
    }
    let t = Instant::now();
    let rounds = std::env::var("PAGES").ok().and_then(|v| v.parse().ok()).unwrap_or(200);
    for _ in 0..rounds {
        d.members(bed.tenant.id, MemberFilter::default(), Page { after: None, limit: 50 }).await?;
    }
    println!("page of 50 {:.1} us", t.elapsed().as_micros() as f64 / rounds as f64);
    if std::env::var("PAGES").is_ok() {
        return Ok(());
    }
    // bulk
    let mut events = vec![];
    let ctx = bed.as_administrator();
    for n in 0..10_000 {
        use membership_core::{id::*, invitation::*, member::*};
        let entropy = bed.membership.entropy();
        let id = InvitationId::new(ctx.now, entropy);
        let address = membership_core::email::EmailAddress::from_canonical(&format!("bulk{n}@example.org")).unwrap();
        let member = Member {
            id: MemberId::new(ctx.now, entropy),
            email: Some(address.clone()),
            representative: false,
            state: MemberState::NotJoined { invitation: id },
            ..bed.member.clone()
        };
        let invitation = Invitation::new(
            id,
            &member,
            Inviter::Member(bed.member.id),
            Channel::Mail(address),
            bed.tenant.policy.invitation_validity,
            ctx.now,
        )
        .send(Inviter::Member(bed.member.id), ctx.now)
        .unwrap();
        events.push(Event::MemberInvited { member, invitation });
    }
    let tx = bed.adapter.store.begin(Scope::Tenant(bed.tenant.id)).await?;
    let t = Instant::now();
    tx.commit(&ctx, &events).await?;
    println!("bulk 10,000 invitations (50,000 rows): {:?}", t.elapsed());
    let t = Instant::now();
    let leased = bed.adapter.outbox.claim(bed.clock.now(), bed.clock.now() + chrono::TimeDelta::hours(1), 25).await?;
    println!("claim 25 {:?}", t.elapsed());
    let t = Instant::now();
    bed.adapter
        .outbox
        .settle(
            &leased
                .into_iter()
                .map(|l| (l, membership_core::outbox::Delivery::Sent { at: bed.clock.now(), words: "ok".into() }))
                .collect::<Vec<_>>(),
        )
        .await?;
    println!("settle 25 {:?}", t.elapsed());
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn throughput() -> Result<(), Failure> {
    let dir = tempfile::Builder::new().tempdir_in("/work")?;
    println!("SQLite");
    measure(
        &format!("sqlite://{}?mode=rwc", dir.path().join("x.db").display()),
        32,
        if std::env::var("PAGES").is_ok() { 64 } else { 3200 },
    )
    .await?;
    // bare fsync
    use std::io::Write;
    let mut f = std::fs::File::create(dir.path().join("fsync"))?;
    let t = Instant::now();
    for _ in 0..200 {
        f.write_all(&[0; 4096])?;
        f.sync_all()?;
    }
    println!("bare fsync {:.0}/s", 200.0 / t.elapsed().as_secs_f64());
    if let Ok(server) = std::env::var("MEMBERSHIP_TEST_POSTGRES") {
        println!("PostgreSQL");
        measure(&format!("{server}?options[search_path]=bench"), 32, 3200).await?;
    }
    Ok(())
}
