//! What somebody who has looked after an organisation for a while has made: a hundred roles, keys, and a mail server that answers.

use async_trait::async_trait;
use membership_console::{TestMail, Tested};
use membership_core::{
    account::api_key::MakeApiKey,
    email::EmailAddress,
    id::TenantId,
    role::{Permission, define::RoleDraft},
};
use membership_testkit::{Bed, Failure, bed::PASSWORD};

/// A mail server that takes every letter.
pub(crate) struct Willing;

#[async_trait]
impl TestMail for Willing {
    fn way(&self) -> String {
        "smtp.example.org, port 465".into()
    }

    async fn send(&self, _to: &EmailAddress) -> Tested {
        Tested::Taken { words: "250 2.0.0 Ok: queued as 4bXk2L1Q2zT".into() }
    }
}

/// A hundred roles in `tenant`, and two keys in the first one.
pub(crate) async fn fill(bed: &Bed, tenant: TenantId) -> Result<(), Failure> {
    let root = bed.as_signed_in(&bed.sign_in("root", PASSWORD).await?);
    let access = bed.membership.access(&root, tenant).await?;
    let all: Vec<String> =
        access.applications.iter().flat_map(|one| &one.permissions).map(|one| one.permission.to_string()).collect();
    let mut last = None;
    for number in 1..=95_usize {
        let name = match number % 12 {
            0 => format!("<script>alert({number})</script> with a long name that goes on for a while and on"),
            1 => format!("محرر {number}"),
            _ => format!("Region {number} desk"),
        };
        let permissions = all.iter().skip(number % 7).step_by(2 + number % 5).cloned().collect();
        let includes = last.filter(|_| number % 9 == 0).into_iter().collect();
        last = Some(bed.membership.define_role(&root, tenant, RoleDraft { name, permissions, includes }).await?.id);
    }
    for (name, days) in [("Nightly synchronisation", 90), ("<b>Reports</b> of the accounting department in Châlons", 7)]
    {
        let scope = vec![Permission::MEMBERS_READ, Permission::AUDIT_READ];
        let command = MakeApiKey { tenant: bed.tenant.id, name: name.into(), scope, seconds: days * 86_400 };
        bed.membership.make_api_key(&root, command).await?;
    }
    Ok(())
}
