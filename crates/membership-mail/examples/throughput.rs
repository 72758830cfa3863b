//! How many letters a second go through one connection: `cargo run --release --example throughput -- 5000`.
#![expect(clippy::print_stdout, reason = "a program for people to run and read")]

use std::{error::Error, sync::Arc, time::Instant};

use chrono::DateTime;
use membership_core::{
    email::{Alphabet, EmailAddress},
    id::MessageId,
    outbox::{Content, Letter, Mailer as _, Verdict},
};
use membership_mail::{Encryption, Home, SmtpMailer, SmtpSettings};
use membership_testkit::smtp::Sink;
use uuid::Uuid;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let count: u32 = std::env::args().nth(1).map_or(Ok(5000), |count| count.parse())?;
    let sink = Sink::start().await?;
    let settings = SmtpSettings {
        host: "127.0.0.1".to_owned(),
        port: sink.address().port(),
        encryption: Encryption::None,
        user: None,
        password: None,
        from_address: "no-reply@example.net".to_owned(),
        from_name: None,
        helo_name: None,
        timeout_seconds: 30,
        ca_file: None,
    };
    let mailer =
        SmtpMailer::new(&settings, Home::parse("https://www.example.org")?, Arc::new(|| DateTime::UNIX_EPOCH))?;
    let start = Instant::now();
    for number in 0..count {
        let verdict = mailer.send(&letter(number)?).await;
        if !matches!(verdict, Verdict::Taken(_)) {
            return Err(format!("letter {number}: {verdict:?}").into());
        }
    }
    let seconds = start.elapsed().as_secs_f64();
    let (messages, connections) = (sink.messages().len(), sink.connections());
    let rate = f64::from(count) / seconds;
    println!("{messages} letters over {connections} connection in {seconds:.2} s: {rate:.0} a second");
    Ok(())
}

fn letter(number: u32) -> Result<Letter, Box<dyn Error>> {
    Ok(Letter {
        id: MessageId::from_uuid(Uuid::from_u128(number.into())),
        to: EmailAddress::parse(&format!("member{number}@example.org"), Alphabet::Ascii)?,
        to_name: format!("Member {number}"),
        language: None,
        content: Content::Invitation {
            tenant: "Acme".to_owned(),
            inviter: Some("Ann Example".to_owned()),
            roles: vec!["Editor".to_owned()],
            link: format!("https://members.example.net/invitation/mbi_{number:072}"),
            expires_at: DateTime::UNIX_EPOCH,
        },
    })
}
