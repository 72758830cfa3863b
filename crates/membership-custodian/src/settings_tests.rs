use std::collections::BTreeMap;

use super::*;
use crate::{
    Custodians, HttpCustodian,
    fixture::{SECRET, clock, settings},
};

fn refused(name: &str, settings: &CustodianSettings) -> String {
    HttpCustodian::new(name, settings, clock()).unwrap_err().to_string()
}

#[test]
fn settings_are_read_by_name_and_the_secret_is_never_shown() {
    let text = format!("[video]\nurl = \"https://video.example.org/members\"\nsecret = {SECRET:?}\n");
    let read: BTreeMap<String, CustodianSettings> = toml::from_str(&text).unwrap();
    assert_eq!(read["video"].timeout_seconds, 10);
    let custodians = Custodians::configured(&read, &clock()).unwrap();
    let custodian = HttpCustodian::new("video", &read["video"], clock()).unwrap();
    let shown =
        [format!("{read:?}"), toml::to_string(&read).unwrap(), format!("{custodians:?}"), format!("{custodian:?}")];
    for shown in shown {
        assert!(shown.contains("video"), "{shown}");
        assert!(!shown.contains("MfKQ9r8G") && !shown.contains("49, 242, 144"), "{shown}");
    }
}

#[test]
fn a_bad_secret_is_refused_when_settings_are_read_without_being_shown() {
    for (secret, expected) in [("too short", "24 to 64 bytes"), ("whsec_**too-short**", "not base64")] {
        let text = format!("url = \"https://video.example.org\"\nsecret = {secret:?}\n");
        let error = toml::from_str::<CustodianSettings>(&text).unwrap_err();
        assert!(error.message().contains(expected), "{error}");
        assert!(!error.message().contains("too"), "{error}");
    }
}

#[test]
fn an_unknown_key_is_named() {
    let error = toml::from_str::<CustodianSettings>("url = \"https://a.example\"\nverify = false").unwrap_err();
    assert!(error.to_string().contains("verify"), "{error}");
}

#[test]
fn addresses_that_can_be_called_are_taken() {
    for url in [
        "https://video.example.org",
        "https://video.example.org:8443/a/b/",
        "https://10.0.0.7",
        "https://[2001:db8::1]:8443",
        "https://vidéo.example.org",
        "http://localhost:8090",
        "http://127.0.0.1:8090/",
        "http://127.8.9.10",
        "http://[::1]:8090/members",
    ] {
        let made = HttpCustodian::new("video", &settings(url), clock());
        assert!(made.is_ok(), "{url}: {made:?}");
    }
}

#[test]
fn addresses_that_are_unsafe_or_none_are_refused_with_the_key() {
    for (url, expected) in [
        ("http://video.example.org", "url: must begin with https://; http:// is for"),
        ("http://10.0.0.7", "url: must begin with https://; http:// is for"),
        ("http://localhost.example.org", "url: must begin with https://; http:// is for"),
        ("http://0.0.0.0", "url: must begin with https://; http:// is for"),
        ("http://[::ffff:10.0.0.7]", "url: must begin with https://; http:// is for"),
        ("ftp://video.example.org", "url: must begin with https://"),
        ("unix:/run/video", "url: must begin with https://"),
        ("video.example.org", "url: relative URL without a base"),
        ("https://", "url: empty host"),
        ("https://ann:hush@video.example.org", "url: must not contain a user or password"),
        ("https://video.example.org/?key=hush", "url: must end with its path"),
        ("https://video.example.org/#x", "url: must end with its path"),
    ] {
        let words = refused("video", &settings(url));
        assert!(words.starts_with(&format!("custodian \"video\": {expected}")), "{url}: {words}");
        assert!(!words.contains("hush"), "{words}");
    }
}

#[test]
fn names_that_could_be_mistaken_are_refused() {
    let long = "v".repeat(33);
    for name in ["", "Video", "1video", "-video", "vi/deo", "vi deo", "vidéo", long.as_str()] {
        assert!(refused(name, &settings("https://a.example")).contains("its name must be 1 to 32 of"), "{name}");
    }
    let custodian = || HttpCustodian::new("cloud-video-2", &settings("https://a.example"), clock()).unwrap();
    let error = Custodians::new(vec![custodian(), custodian()]).unwrap_err();
    assert_eq!(error.to_string(), "custodian \"cloud-video-2\": there are two of this name");
}

#[test]
fn a_call_takes_1_to_60_seconds() {
    for (timeout_seconds, taken) in [(0, false), (1, true), (60, true), (61, false)] {
        let settings = CustodianSettings { timeout_seconds, ..settings("https://a.example") };
        assert_eq!(HttpCustodian::new("video", &settings, clock()).is_ok(), taken, "{timeout_seconds}");
    }
}

#[test]
fn the_secret_is_in_the_settings_or_in_a_file() {
    let directory = tempfile::tempdir().unwrap();
    let in_file = |text: &str| {
        let path = directory.path().join("secret");
        fs::write(&path, text).unwrap();
        CustodianSettings { secret: None, secret_file: Some(path), ..settings("https://a.example") }
    };
    assert!(HttpCustodian::new("video", &in_file(&format!("{SECRET}\n")), clock()).is_ok());
    let short = refused("video", &in_file("hush\n"));
    assert!(short.ends_with("a secret has 24 to 64 bytes, and this one has 4"), "{short}");

    let both = CustodianSettings { secret: Some(SECRET.parse().unwrap()), ..in_file(SECRET) };
    let neither = CustodianSettings { secret: None, ..settings("https://a.example") };
    for settings in [both, neither] {
        assert!(refused("video", &settings).ends_with("give either secret or secret_file"));
    }
    let gone = CustodianSettings {
        secret: None,
        secret_file: Some(directory.path().join("gone")),
        ..settings("https://a.example")
    };
    assert!(refused("video", &gone).contains("secret_file: "), "{}", refused("video", &gone));
}

#[test]
fn a_file_without_authorities_is_refused() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let settings = CustodianSettings { ca_file: Some(file.path().to_owned()), ..settings("https://a.example") };
    assert!(refused("video", &settings).ends_with("there is no certificate in it"));
}
