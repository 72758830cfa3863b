//! Checks of the configuration as a whole.

use membership_core::name::DisplayName;

use crate::{
    config::{Config, Deliver},
    failure::{Context as _, Outcome},
};

impl Config {
    /// What no single key can say of itself; the address in the form that links begin with.
    pub(super) fn check(mut self) -> Outcome<Self> {
        self.base_url = self.origin()?;
        DisplayName::parse(&self.product).context(format!("product is {:?}", self.product))?;
        self.check_mail()?;
        Ok(self)
    }

    fn origin(&self) -> Outcome<String> {
        let url = url::Url::parse(&self.base_url).context(format!(
            "base_url is {:?}; expected an address such as https://members.example.org",
            self.base_url
        ))?;
        let named = url.host_str().is_some() && matches!(url.scheme(), "http" | "https");
        let bare = url.path() == "/" && url.username().is_empty() && url.password().is_none();
        if !named || !bare || url.query().is_some() || url.fragment().is_some() {
            return Err("base_url is not http:// or https:// and a host, with a port if need be, and nothing else: \
                        the server's pages begin at the root of their host"
                .into());
        }
        // As browsers write it (RFC 6454, 6.2): links begin with it, and origins are compared with it.
        let origin = url.origin().ascii_serialization();
        if url.scheme() == "http" && !is_loopback(&url) {
            return Err(format!(
                "base_url is {origin:?}: cookies and links would travel unprotected; use https://, or an address on this machine"
            )
            .into());
        }
        Ok(origin)
    }

    fn check_mail(&self) -> Outcome {
        // A letter may take four times what one answer of the server may, and two minutes at most.
        let letter = self.mail.smtp.as_ref().map_or(0, |smtp| (4 * u32::from(smtp.timeout_seconds)).min(120));
        if self.mail.lease_seconds <= 2 * letter {
            return Err(format!(
                "mail.lease_seconds is {}: it has to be more than {}, twice what one letter may take with mail.smtp.timeout_seconds",
                self.mail.lease_seconds,
                2 * letter
            )
            .into());
        }
        if self.mail.first_wait_seconds == 0 {
            return Err("mail.first_wait_seconds is 0: a mail server that says no would be asked without a pause; use 1 or more".into());
        }
        if self.mail.deliver == Some(Deliver::Smtp) && self.mail.smtp.is_none() {
            return Err("mail.deliver is \"smtp\", but there is no [mail.smtp] with the server's host".into());
        }
        Ok(())
    }
}

/// Whether the address is on this very machine.
pub(super) fn is_loopback(url: &url::Url) -> bool {
    match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(url::Host::Ipv4(ip)) => ip.is_loopback(),
        Some(url::Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    }
}
