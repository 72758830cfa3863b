use tokio::{
    io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader},
    net::TcpStream,
};

use super::*;

/// Says each line and returns the last line of each answer; the greeting first.
async fn talk(sink: &Sink, lines: &[&str]) -> io::Result<Vec<String>> {
    let mut stream = BufReader::new(TcpStream::connect(sink.address()).await?);
    let mut answers = Vec::new();
    for line in std::iter::once(&"").chain(lines) {
        if !line.is_empty() {
            stream.write_all(format!("{line}\r\n").as_bytes()).await?;
        }
        let mut answer = String::new();
        loop {
            answer.clear();
            if stream.read_line(&mut answer).await? == 0 || answer.as_bytes().get(3) != Some(&b'-') {
                break;
            }
        }
        answers.push(answer.trim_end().to_owned());
    }
    Ok(answers)
}

const MAIL: &str = "MAIL FROM:<a@example.org> BODY=8BITMIME";
const RCPT: &str = "RCPT TO:<b@example.org>";

#[tokio::test]
async fn a_message_is_kept_as_it_came() {
    let sink = Sink::start().await.unwrap();
    let message = "Subject: hi\r\n\r\n..dot\r\nhttps://example.org/x follow it\r\n.";
    let answers = talk(&sink, &["EHLO me", MAIL, RCPT, "DATA", message, "QUIT"]).await.unwrap();
    assert_eq!(answers[5..], ["250 2.0.0 taken", "221 2.0.0 goodbye"]);
    let [received] = &sink.wait_for(1).await[..] else { panic!("one message") };
    assert_eq!((received.from.as_str(), &received.to[..]), ("a@example.org", &["b@example.org".to_owned()][..]));
    assert_eq!(received.raw, b"Subject: hi\r\n\r\n.dot\r\nhttps://example.org/x follow it\r\n");
    assert_eq!(received.link().as_deref(), Some("https://example.org/x"));
    assert_eq!(sink.heard(), ["EHLO me", MAIL, RCPT, "DATA", "QUIT"]);
    assert_eq!(sink.connections(), 1);
}

#[tokio::test]
async fn a_client_without_manners_is_refused() {
    let sink = Sink::start().await.unwrap();
    let refused = async |lines: &[&str]| talk(&sink, lines).await.unwrap().pop().unwrap();
    assert_eq!(refused(&[MAIL]).await, "503 5.5.1 say EHLO first");
    assert_eq!(refused(&["EHLO me", RCPT]).await, "503 5.5.1 say MAIL first");
    assert_eq!(refused(&["EHLO me", MAIL, MAIL]).await, "503 5.5.1 one sender is enough");
    assert_eq!(refused(&["EHLO me", MAIL, "DATA"]).await, "503 5.5.1 say MAIL and RCPT first");
    assert_eq!(refused(&["EHLO me", MAIL, "RCPT TO:<a@b.org> <c@d.org>x"]).await, "250 2.1.5 recipient is known");
    assert_eq!(refused(&["EHLO me", MAIL, "RCPT TO:<a b@c.org>"]).await, "501 5.5.4 not a recipient");
    assert_eq!(refused(&["EHLO me", MAIL, "RCPT TO:<ä@c.org>"]).await, "553 5.6.7 not in ASCII, and not declared");
    assert_eq!(
        refused(&["EHLO me", MAIL, RCPT, "DATA", "a\nb\r\n."]).await,
        "554 5.6.0 a line that ends with LF alone"
    );
    let long = format!("{}\r\n.", "x".repeat(999));
    assert_eq!(refused(&["EHLO me", MAIL, RCPT, "DATA", &long]).await, "554 5.6.0 a line of more than 998 bytes");
    assert_eq!(refused(&["AUTH PLAIN x"]).await, "502 5.5.1 nobody signs in here");
    assert!(sink.messages().is_empty());
}

#[tokio::test]
async fn lies_are_told_where_and_as_often_as_asked() {
    let sink = Sink::start().await.unwrap();
    sink.lie_once(Stage::Recipient, Lie::Say("450 4.2.1 not now"));
    let answers = talk(&sink, &["EHLO me", MAIL, RCPT, "DATA", RCPT]).await.unwrap();
    assert_eq!(
        answers[3..],
        ["450 4.2.1 not now", "503 5.5.1 say MAIL and RCPT first", "250 2.1.5 recipient is known"]
    );
    sink.lie(Stage::Greeting, Lie::HangUp);
    for _ in 0..2 {
        assert_eq!(talk(&sink, &[]).await.unwrap(), [""]);
    }
    sink.be_honest();
    sink.lie(Stage::Dot, Lie::TakeAndHangUp);
    assert_eq!(talk(&sink, &["EHLO me", MAIL, RCPT, "DATA", "hi\r\n."]).await.unwrap().pop().unwrap(), "");
    assert_eq!(sink.wait_for(1).await.len(), 1);
}
