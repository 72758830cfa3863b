//! One conversation with one client.

use std::{io, sync::Arc};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use tokio::net::TcpStream;

use super::{
    Lie, Received, Security, Shared, Stage,
    wire::{Body, MAX_MESSAGE, Wire},
};

/// What was answered, and so whether the conversation goes on.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Answer {
    True,
    Lie,
    HangUp,
}

const TAKEN: &str = "250 2.0.0 taken";

struct Conversation<'a> {
    wire: Wire,
    shared: &'a Shared,
    number: usize,
    encrypted: bool,
    signed_in: bool,
    greeted: bool,
    envelope: Option<Envelope>,
}

/// Opened by MAIL, used up by the message.
#[derive(Default)]
struct Envelope {
    from: String,
    to: Vec<String>,
    smtputf8: bool,
}

pub(super) async fn hold(stream: TcpStream, number: usize, shared: &Arc<Shared>) -> io::Result<()> {
    let mut wire = Wire::plain(stream)?;
    let encrypted = match &shared.manners.security {
        Security::Tls(identity) => {
            wire = wire.encrypted(&identity.acceptor).await?;
            true
        }
        Security::Plain | Security::StartTls(_) => false,
    };
    let conversation =
        Conversation { wire, shared, number, encrypted, signed_in: false, greeted: false, envelope: None };
    conversation.run().await
}

impl Conversation<'_> {
    async fn run(mut self) -> io::Result<()> {
        let mut answer = self.answer(Stage::Greeting, "220 sink.example ESMTP at your service").await?;
        while answer != Answer::HangUp {
            let line = self.wire.line().await?;
            self.shared.hear(&line);
            let (verb, argument) = line.split_once(' ').unwrap_or((&line, ""));
            answer = match verb.to_ascii_uppercase().as_str() {
                "STARTTLS" => {
                    (self, answer) = self.start_tls().await?;
                    answer
                }
                "EHLO" => self.hello().await?,
                "AUTH" => self.sign_in(argument).await?,
                "MAIL" => self.sender(argument).await?,
                "RCPT" => self.recipient(argument).await?,
                "DATA" => self.message().await?,
                "RSET" => self.reset().await?,
                "QUIT" => {
                    self.answer(Stage::Quit, "221 2.0.0 goodbye").await?;
                    Answer::HangUp
                }
                _ => self.say("500 5.5.1 what?").await?,
            };
        }
        Ok(())
    }

    /// Gives this answer, unless a lie is due.
    async fn answer(&mut self, stage: Stage, truth: &str) -> io::Result<Answer> {
        match self.shared.lie_at(stage) {
            Some(lie) => self.tell(lie, truth).await,
            None => self.say(truth).await,
        }
    }

    async fn say(&mut self, words: &str) -> io::Result<Answer> {
        self.wire.say(words).await?;
        Ok(Answer::True)
    }

    async fn tell(&mut self, lie: Lie, truth: &str) -> io::Result<Answer> {
        match lie {
            Lie::Say(words) => {
                self.wire.say(words).await?;
                return Ok(Answer::Lie);
            }
            Lie::Drip(pause) => {
                self.wire.drip(truth, pause).await?;
                return Ok(Answer::True);
            }
            Lie::SayAndHangUp(words) => self.wire.say(words).await?,
            Lie::HangUp | Lie::TakeAndHangUp => {}
            Lie::Hang => self.wire.wait_for_end().await?,
            Lie::Garbage => self.wire.send(b"\x16\x03\x01 \xff\xfe<html>\r\n\0\0\r\n").await?,
            Lie::EndlessLine => self.wire.repeat(&[b'2'; 4096]).await?,
            Lie::EndlessReply => self.wire.repeat(b"250-and another thing\r\n").await?,
        }
        Ok(Answer::HangUp)
    }

    async fn hello(&mut self) -> io::Result<Answer> {
        self.greeted = true;
        self.envelope = None;
        let manners = &self.shared.manners;
        let mut lines = String::from("250-sink.example\n250-PIPELINING\n250-8BITMIME\n250-ENHANCEDSTATUSCODES\n");
        if manners.smtputf8 {
            lines.push_str("250-SMTPUTF8\n");
        }
        if self.may_encrypt() {
            lines.push_str("250-STARTTLS\n");
        }
        if manners.user.is_some() && self.encrypted {
            lines.push_str("250-AUTH PLAIN\n");
        }
        let lines = format!("{lines}250 SIZE {MAX_MESSAGE}");
        self.answer(Stage::Hello, &lines).await
    }

    fn may_encrypt(&self) -> bool {
        matches!(self.shared.manners.security, Security::StartTls(_)) && !self.encrypted
    }

    async fn start_tls(mut self) -> io::Result<(Self, Answer)> {
        let identity = match &self.shared.manners.security {
            Security::StartTls(identity) if !self.encrypted => identity,
            Security::StartTls(_) | Security::Plain | Security::Tls(_) => {
                let answer = self.say("503 5.5.1 not here, not now").await?;
                return Ok((self, answer));
            }
        };
        let answer = self.answer(Stage::StartTls, "220 2.0.0 go ahead").await?;
        if answer != Answer::True {
            return Ok((self, answer));
        }
        let wire = self.wire.encrypted(&identity.acceptor).await?;
        Ok((Self { wire, encrypted: true, greeted: false, envelope: None, ..self }, answer))
    }

    async fn sign_in(&mut self, argument: &str) -> io::Result<Answer> {
        let Some((user, password)) = self.shared.manners.user.as_ref().filter(|_| self.encrypted) else {
            return self.say("502 5.5.1 nobody signs in here").await;
        };
        let plain = STANDARD.encode(format!("\0{user}\0{password}"));
        self.signed_in = argument.strip_prefix("PLAIN ") == Some(plain.as_str());
        let words = if self.signed_in { "235 2.7.0 welcome" } else { "535 5.7.8 user or password is wrong" };
        self.answer(Stage::Auth, words).await
    }

    async fn sender(&mut self, argument: &str) -> io::Result<Answer> {
        if !self.greeted {
            return self.say("503 5.5.1 say EHLO first").await;
        }
        if self.may_encrypt() {
            return self.say("530 5.7.0 say STARTTLS first").await;
        }
        if self.shared.manners.user.is_some() && !self.signed_in {
            return self.say("530 5.7.0 sign in first").await;
        }
        if self.envelope.is_some() {
            return self.say("503 5.5.1 one sender is enough").await;
        }
        let Some((from, parameters)) = path(argument, "FROM:") else {
            return self.say("501 5.5.4 not a sender").await;
        };
        let smtputf8 = parameters.split(' ').any(|word| word.eq_ignore_ascii_case("SMTPUTF8"));
        if smtputf8 && !self.shared.manners.smtputf8 {
            return self.say("555 5.5.4 no SMTPUTF8 here").await;
        }
        let answer = self.answer(Stage::Sender, "250 2.1.0 sender is welcome").await?;
        self.envelope = (answer == Answer::True).then(|| Envelope { from, to: Vec::new(), smtputf8 });
        Ok(answer)
    }

    async fn recipient(&mut self, argument: &str) -> io::Result<Answer> {
        let Some(envelope) = &self.envelope else { return self.say("503 5.5.1 say MAIL first").await };
        let Some((to, _)) = path(argument, "TO:") else { return self.say("501 5.5.4 not a recipient").await };
        if !to.is_ascii() && !envelope.smtputf8 {
            return self.say("553 5.6.7 not in ASCII, and not declared").await;
        }
        let answer = self.answer(Stage::Recipient, "250 2.1.5 recipient is known").await?;
        if let Some(envelope) = self.envelope.as_mut().filter(|_| answer == Answer::True) {
            envelope.to.push(to);
        }
        Ok(answer)
    }

    async fn reset(&mut self) -> io::Result<Answer> {
        self.envelope = None;
        self.answer(Stage::Reset, "250 2.0.0 forgotten").await
    }

    async fn message(&mut self) -> io::Result<Answer> {
        if self.envelope.as_ref().is_none_or(|envelope| envelope.to.is_empty()) {
            return self.say("503 5.5.1 say MAIL and RCPT first").await;
        }
        let answer = self.answer(Stage::Data, "354 go on").await?;
        if answer != Answer::True {
            return Ok(answer);
        }
        let Envelope { from, to, smtputf8 } = self.envelope.take().unwrap_or_default();
        let raw = match self.wire.body().await? {
            Body::Whole(raw) => raw,
            Body::Broken(why) => return self.say(&format!("554 5.6.0 {why}")).await,
        };
        let lie = self.shared.lie_at(Stage::Dot);
        if matches!(lie, None | Some(Lie::Drip(_) | Lie::TakeAndHangUp)) {
            self.shared.keep(Received { from, to, raw, connection: self.number, smtputf8 });
        }
        let answer = match lie {
            Some(lie) => self.tell(lie, TAKEN).await?,
            None => self.say(TAKEN).await?,
        };
        match self.shared.lie_at(Stage::Between).filter(|_| answer == Answer::True) {
            Some(lie) => self.tell(lie, "").await,
            None => Ok(answer),
        }
    }
}

/// `FROM:<a@b.org> BODY=8BITMIME` gives the address and what follows it.
fn path<'a>(argument: &'a str, keyword: &str) -> Option<(String, &'a str)> {
    let (head, rest) = argument.split_at_checked(keyword.len())?;
    let inside = rest.strip_prefix('<').filter(|_| head.eq_ignore_ascii_case(keyword))?;
    let (address, parameters) = inside.split_once('>')?;
    let clean =
        !address.contains(['<', ' ', '\r', '\n', '\0']) && (parameters.is_empty() || parameters.starts_with(' '));
    clean.then(|| (address.to_owned(), parameters.trim_start()))
}
