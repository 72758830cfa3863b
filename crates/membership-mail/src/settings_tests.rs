use super::*;
use crate::SmtpMailer;

const WHOLE: &str = r#"
    host = "mail.example.org"
    port = 587
    encryption = "starttls"
    user = "members"
    password = "a secret that nobody sees"
    from_address = "no-reply@example.org"
    from_name = "Members"
    helo_name = "app.example.org"
    timeout_seconds = 10
"#;

fn settings(text: &str) -> Result<SmtpSettings, toml::de::Error> {
    toml::from_str(text)
}

fn mailer(text: &str) -> Result<SmtpMailer, String> {
    let clock: crate::Clock = std::sync::Arc::new(|| chrono::DateTime::UNIX_EPOCH);
    SmtpMailer::new(&settings(text).map_err(|error| error.to_string())?, crate::fixture::home(), clock)
        .map_err(|error| error.to_string())
}

#[test]
fn settings_are_read_and_the_password_is_never_shown() {
    let read = settings(WHOLE).unwrap();
    assert_eq!(read.encryption, Encryption::StartTls);
    for shown in [format!("{read:?}"), toml::to_string(&read).unwrap(), format!("{:?}", mailer(WHOLE).unwrap())] {
        assert!(!shown.contains("secret"), "{shown}");
    }
}

#[test]
fn encryption_is_required_unless_told_otherwise() {
    let read = settings("host = \"h\"\nport = 25\nfrom_address = \"a@example.org\"").unwrap();
    assert_eq!((read.encryption, read.timeout_seconds), (Encryption::StartTls, 30));
}

#[test]
fn an_unknown_key_is_named() {
    let error = settings(&format!("{WHOLE}\ntls_verify = false")).unwrap_err().to_string();
    assert!(error.contains("tls_verify"), "{error}");
}

#[test]
fn what_cannot_work_is_refused_with_the_key() {
    for (from, to, expected) in [
        ("\"no-reply@example.org\"", "\"no reply@example.org\"", "from_address: "),
        ("\"no-reply@example.org\"", "\"nö@example.org\"", "from_address: "),
        ("\"mail.example.org\"", "\"mail example\"", "host: "),
        ("\"app.example.org\"", "\"app\\r\\nMAIL FROM:<a@b.org>\"", "helo_name: "),
        ("timeout_seconds = 10", "timeout_seconds = 0", "timeout_seconds: "),
        ("user = \"members\"", "", "user and password belong together"),
        ("\"starttls\"", "\"none\"", "a password is not sent without encryption"),
        ("timeout_seconds = 10", "ca_file = \"no such file.pem\"", "ca_file: no such file.pem: "),
    ] {
        let error = mailer(&WHOLE.replace(from, to)).unwrap_err();
        assert!(error.starts_with(expected), "{to}: {error}");
    }
}

#[test]
fn a_file_without_certificates_is_refused() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let error = mailer(&format!("{WHOLE}\nca_file = {:?}", file.path())).unwrap_err();
    assert!(error.ends_with("there is no certificate in it"), "{error}");
}
