use figment::Jail;

use super::*;

#[expect(clippy::result_large_err, reason = "the jail's own error is what its closure has to give")]
/// Runs `test` in a folder of its own, with no variable that was set outside.
fn jailed(test: impl FnOnce(&mut Jail) -> Outcome) {
    Jail::expect_with(|jail| {
        jail.clear_env();
        test(jail).map_err(|failure| figment::Error::from(failure.to_string()))
    });
}

#[test]
fn without_anything_set_it_is_this_machine_alone() {
    jailed(|_| {
        let config = Config::load(None)?;
        assert_eq!(config.deliver(), Deliver::Mailbox);
        assert_eq!(config.database_url(), "sqlite://data/membership.db?mode=rwc");
        assert!(config.listen.ip().is_loopback());
        Ok(())
    });
}

#[test]
fn variables_come_over_the_file() {
    jailed(|jail| {
        jail.create_file(
            "membership.toml",
            "listen = \"127.0.0.1:1\"\n[mail.smtp]\nhost = \"a\"\nport = 587\nfrom_address = \"m@example.org\"\n",
        )
        .context("file")?;
        jail.set_env("MEMBERSHIP_LISTEN", "127.0.0.1:2");
        jail.set_env("MEMBERSHIP_MAIL__SMTP__HOST", "b");
        jail.set_env("MEMBERSHIP_TEST_POSTGRES", "is no setting");
        let config = Config::load(None)?;
        assert_eq!(config.listen.port(), 2);
        assert_eq!(config.mail.smtp.as_ref().map(|smtp| smtp.host.as_str()), Some("b"));
        assert_eq!(config.deliver(), Deliver::Smtp);
        Ok(())
    });
}

#[test]
fn an_unknown_key_is_named() {
    jailed(|jail| {
        jail.create_file(
            "membership.toml",
            "[mail.smtp]\nhost = \"a\"\nport = 587\nfrom_address = \"m@example.org\"\nhots = \"b\"\n",
        )
        .context("file")?;
        let failure = Config::load(None).unwrap_err().to_string();
        assert!(failure.contains("hots") && failure.contains("mail.smtp"), "{failure}");
        jail.create_file("membership.toml", "").context("file")?;
        jail.set_env("MEMBERSHIP_LISTENN", "x");
        let failure = Config::load(None).unwrap_err().to_string();
        assert!(failure.contains("listenn"), "{failure}");
        Ok(())
    });
}

#[test]
fn a_public_address_needs_https_and_has_no_mailbox() {
    jailed(|jail| {
        jail.set_env("MEMBERSHIP_BASE_URL", "http://members.example.org");
        let failure = Config::load(None).unwrap_err().to_string();
        assert!(failure.contains("https://"), "{failure}");
        jail.set_env("MEMBERSHIP_BASE_URL", "https://members.example.org");
        assert_eq!(Config::load(None)?.deliver(), Deliver::Off);
        Ok(())
    });
}

/// The mailbox shows every mail to whoever reaches the port.
#[test]
fn a_port_that_the_network_reaches_has_no_mailbox() {
    jailed(|jail| {
        for (listen, deliver) in [
            ("0.0.0.0:8080", Deliver::Off),
            ("192.0.2.1:8080", Deliver::Off),
            ("[::]:8080", Deliver::Off),
            ("127.0.0.1:8080", Deliver::Mailbox),
            ("[::1]:8080", Deliver::Mailbox),
        ] {
            jail.set_env("MEMBERSHIP_LISTEN", listen);
            assert_eq!(Config::load(None)?.deliver(), deliver, "{listen}");
        }
        Ok(())
    });
}

#[test]
fn the_public_address_is_an_origin() {
    jailed(|jail| {
        for (typed, meant) in [
            ("https://members.example.org/", "https://members.example.org"),
            ("HTTPS://Members.Example.org:443", "https://members.example.org"),
            ("https://bücher.example:8443", "https://xn--bcher-kva.example:8443"),
            ("http:localhost:8080", "http://localhost:8080"),
        ] {
            jail.set_env("MEMBERSHIP_BASE_URL", typed);
            assert_eq!(Config::load(None)?.base_url, meant);
        }
        for bad in
            ["https://x.org/members", "https://u:SECRET@x.org", "https://x.org#a", "https://x.org?a", "ftp://x.org"]
        {
            jail.set_env("MEMBERSHIP_BASE_URL", bad);
            let failure = Config::load(None).unwrap_err().to_string();
            assert!(failure.contains("base_url") && !failure.contains("SECRET"), "{bad}: {failure}");
        }
        Ok(())
    });
}

#[test]
fn a_file_that_is_named_must_be_there() {
    jailed(|_| {
        assert!(Config::load(Some(Path::new("nowhere.toml"))).is_err());
        Ok(())
    });
}

#[test]
fn secrets_are_not_shown() {
    jailed(|jail| {
        jail.set_env("MEMBERSHIP_DATABASE_URL", "postgres://u:TOPSECRET@h/db");
        jail.set_env("MEMBERSHIP_MAIL__SMTP__HOST", "h");
        jail.set_env("MEMBERSHIP_MAIL__SMTP__PORT", "587");
        jail.set_env("MEMBERSHIP_MAIL__SMTP__FROM_ADDRESS", "m@example.org");
        jail.set_env("MEMBERSHIP_MAIL__SMTP__PASSWORD", "TOPSECRET");
        jail.set_env("MEMBERSHIP_KEY__CURRENT", "TOPSECRET");
        let config = Config::load(None)?;
        let shown = format!("{} {config:?}", toml::to_string(&config).context("toml")?);
        assert!(shown.contains("(hidden)") && !shown.contains("TOPSECRET"), "{shown}");
        jail.set_env("MEMBERSHIP_MAIL__SMTP__PASSWORD", "31415926");
        let failure = Config::load(None).unwrap_err().to_string();
        assert!(failure.contains("MAIL.SMTP.PASSWORD") && !failure.contains("31415926"), "{failure}");
        Ok(())
    });
}

/// An authenticator app shows the product's name, so it has one.
#[test]
fn the_product_has_a_name() {
    jailed(|jail| {
        assert_eq!(Config::load(None)?.product, "membership");
        jail.set_env("MEMBERSHIP_PRODUCT", "Acme Members");
        jail.set_env("MEMBERSHIP_PASSWORDS__BREACHED", "/etc/membership/pwned.txt");
        let config = Config::load(None)?;
        assert_eq!((config.product.as_str(), config.trusted_proxies.len()), ("Acme Members", 0));
        assert_eq!(config.passwords.breached, Some("/etc/membership/pwned.txt".into()));
        for bad in ["", "a\u{7}b"] {
            jail.set_env("MEMBERSHIP_PRODUCT", bad);
            let failure = Config::load(None).unwrap_err().to_string();
            assert!(failure.contains("product"), "{failure}");
        }
        Ok(())
    });
}
