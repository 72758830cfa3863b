use std::{
    collections::BTreeSet,
    path::PathBuf,
    sync::atomic::{AtomicU8, Ordering},
};

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::*;
use crate::{
    id::{CatalogueId, TenantId},
    lifecycle::Stage,
    ports::Entropy,
    role::{Assignments, Catalogue, Permission},
    tenant::policy::{Ending, ExistingAccount, Sending, Tone},
};

struct Counting(AtomicU8);

impl Entropy for Counting {
    fn fill(&self, bytes: &mut [u8]) {
        bytes.fill(self.0.fetch_add(1, Ordering::Relaxed));
    }
}

/// What a new tenant of a preset has: as decisions are made by it.
struct Tenant {
    preset: Preset,
    catalogue: Catalogue,
}

fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_000_000, 0).unwrap()
}

fn tenant(name: &str) -> Tenant {
    let preset = Presets::shipped(name, []).unwrap().standard().clone();
    let tenant = TenantId::from_uuid(Uuid::from_u128(1));
    let (access, _) = preset.access_for(tenant, now(), &Counting(AtomicU8::new(0)));
    Tenant { preset, catalogue: Catalogue::compile(CatalogueId::from_uuid(Uuid::from_u128(2)), access) }
}

impl Tenant {
    fn all(&self) -> impl Iterator<Item = &Permission> {
        self.preset.applications.iter().flat_map(|application| &application.permissions).map(|named| &named.permission)
    }

    fn gives(&self, role: &str, permission: &Permission) -> bool {
        let role = self.catalogue.roles().iter().find(|found| found.name.as_str() == role).unwrap();
        self.catalogue.gives(&Assignments::of_role(role.id), permission, now(), |_| false)
    }

    /// What `role` gives, by itself and by what it includes.
    fn of(&self, role: &str) -> BTreeSet<&Permission> {
        self.all().filter(|permission| self.gives(role, permission)).collect()
    }

    /// The same as people call it.
    fn named(&self, role: &str) -> BTreeSet<&str> {
        let all = self.preset.applications.iter().flat_map(|application| &application.permissions);
        all.filter(|named| self.gives(role, &named.permission)).map(|named| named.name.as_str()).collect()
    }

    fn roles(&self) -> impl Iterator<Item = &str> {
        let others = self.preset.roles.iter().map(|role| role.name.as_str());
        std::iter::once(self.preset.administrator.as_str()).chain(others)
    }

    /// What a reviewer reads: who may what in which application, then the rules.
    fn summary(&self) -> String {
        let preset = &self.preset;
        let wide = self.all().map(|permission| permission.as_str().len()).max().unwrap_or_default();
        let heads = self.roles().collect::<Vec<_>>().join("  ");
        let mut lines = vec![format!("{}: {}", preset.name, preset.summary)];
        for application in &preset.applications {
            lines.extend([String::new(), application.name.to_string(), format!("{:wide$}  {heads}", "")]);
            lines.extend(application.permissions.iter().map(|named| {
                let marks = self.roles().map(|role| {
                    let mark = if self.gives(role, &named.permission) { "x" } else { "." };
                    format!("{mark:^width$}", width = role.chars().count())
                });
                let marks = marks.collect::<Vec<_>>().join("  ");
                format!("{:wide$}  {}", named.permission.as_str(), marks.trim_end())
            }));
        }
        format!("{}\n\nRules\n{}\n", lines.join("\n"), serde_json::to_string_pretty(&preset.policy).unwrap())
    }
}

fn golden(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/presets").join(format!("{name}.txt"))
}

/// Proves TEN-5 in part: the authority table of the roles against each application. It is the one that decisions are
/// made by, for each preset that ships. Run with `MEMBERSHIP_BLESS=1` to write the tables anew, and read what changed.
#[test]
fn every_preset_gives_what_its_table_says() {
    let names: Vec<_> = Presets::embedded().unwrap().into_iter().map(|preset| preset.name).collect();
    assert_eq!(names, ["organization", "streaming-app", "livestream-account", "portal-tenant"]);
    for name in names {
        let (text, path) = (tenant(&name).summary(), golden(&name));
        if std::env::var_os("MEMBERSHIP_BLESS").is_some() {
            std::fs::write(&path, &text).unwrap();
        }
        assert_eq!(std::fs::read_to_string(&path).unwrap_or_default(), text, "{}", path.display());
    }
}

/// Proves APP-11 in part: the administrator's role, which whoever founds a tenant holds, gives everything.
#[test]
fn the_administrator_of_every_preset_may_do_everything() {
    for preset in Presets::embedded().unwrap() {
        let tenant = tenant(&preset.name);
        assert_eq!(tenant.of(preset.administrator.as_str()), tenant.all().collect(), "{}", preset.name);
        assert!(Permission::OWN.iter().all(|own| tenant.gives(preset.administrator.as_str(), own)), "{}", preset.name);
    }
}

/// Nobody can give a role that gives what they do not hold: who may invite holds all of some role to invite to.
#[test]
fn whoever_may_invite_has_a_role_to_give() {
    for preset in Presets::embedded().unwrap() {
        let tenant = tenant(&preset.name);
        for inviter in tenant.roles().filter(|role| tenant.gives(role, &Permission::MEMBERS_INVITE)) {
            let held = tenant.of(inviter);
            let other = tenant.roles().find(|role| *role != inviter && tenant.of(role).is_subset(&held));
            assert!(other.is_some(), "{}: {inviter}", preset.name);
        }
    }
}

/// Proves APP-9 in part: these four are what a new application has, and they are data.
/// Proves APP-10: the distributor's role is scoped to one application, the hub.
/// Proves APP-12: an editor may do everything but manage the application, which includes its members.
/// Proves APP-13: a visitor may view everything but the application's management.
#[test]
fn streaming_app_has_its_four_groups() {
    let app = tenant("streaming-app");
    let roles: Vec<_> = app.roles().collect();
    assert_eq!(roles, ["Administration", "Media-hub distributor", "Editor", "Visitor"]);
    let components = ["Member management", "Application management", "Live channels", "Media library", "VTVhub"];
    let names: Vec<_> = app.preset.applications.iter().map(|application| application.name.as_str()).collect();
    assert_eq!(names, components);
    let within = |permission: &&Permission| !matches!(permission.application(), "application" | "membership");
    let views = |permission: &&Permission| permission.as_str().split('.').next_back() == Some("view");
    assert_eq!(app.of("Media-hub distributor"), app.all().filter(|p| p.application() == "vtvhub").collect());
    assert_eq!(app.of("Editor"), app.all().filter(within).collect());
    assert_eq!(app.of("Visitor"), app.all().filter(within).filter(views).collect());
    assert!(app.of("Editor").len() > app.of("Visitor").len(), "there is more to do than to view");
}

/// Proves APP-14 in part and APP-17 in part: at most 10 in one action, and whoever has an account just joins.
/// Proves APP-4 in part: of the groups only the administration may add members.
#[test]
fn streaming_app_has_its_rules() {
    let app = tenant("streaming-app");
    assert_eq!(app.preset.policy.max_people_per_call, 10);
    assert_eq!(app.preset.policy.existing_account, ExistingAccount::Join);
    assert_eq!(app.preset.policy.send, Sending::Now);
    assert!(app.roles().skip(1).all(|role| Permission::OWN.iter().all(|own| !app.gives(role, own))));
    for other in ["organization", "livestream-account", "portal-tenant"] {
        assert_eq!(tenant(other).preset.policy.existing_account, ExistingAccount::Consent, "{other}");
    }
}

/// Proves ACC-12, ACC-13, ACC-14 and ACC-15: each role is this set of privileges, no more and no less.
#[test]
fn livestream_account_has_its_roles() {
    let account = tenant("livestream-account");
    let roles: Vec<_> = account.roles().collect();
    let others = ["Livestream Operator", "Content Creator", "General Manager", "Super Admin"];
    assert_eq!(roles, [["Authorized Signer"].as_slice(), &others].concat());
    let operator = ["Stream Viewer", "Stream Log", "Currently Streaming", "Breakout Explorer"];
    let creator = ["Events", "Breakouts", "Breakout Explorer", "Subdomains", "Blogs"];
    let manager = ["Payments", "Platform", "Analytics", "All Attendance", "All Usage", "VoD Profiles"];
    let beside = ["Pipelines", "Distributions", "Comments", "Monetization", "Activity Log"];
    assert_eq!(account.named("Livestream Operator"), operator.into());
    assert_eq!(account.named("Content Creator"), creator.into());
    assert_eq!(account.named("General Manager"), manager.into());
    let all = [operator.as_slice(), &creator, &manager, &beside].concat();
    assert_eq!(account.named("Super Admin"), all.into_iter().collect());
}

/// Proves ACC-1 in part: of the roles only the authorized signer's may invite.
/// Proves ACC-4 in part: what is made is not sent. Proves ACC-19 in part: who was taken back may be invited again.
/// Proves ACC-6 in part, ACC-8 in part, ACC-9 in part and ACC-10 in part: the words of the states and their colours.
#[test]
fn livestream_account_has_its_rules_and_words() {
    let account = tenant("livestream-account");
    assert!(account.gives("Authorized Signer", &Permission::MEMBERS_INVITE));
    assert!(account.roles().skip(1).all(|role| Permission::OWN.iter().all(|own| !account.gives(role, own))));
    let policy = &account.preset.policy;
    assert_eq!(policy.send, Sending::Later);
    assert!(policy.reinvite_after.contains(&Ending::Revoked));
    assert_eq!(policy.words.of_stage(Stage::Ready), ("READY", Tone::Amber));
    assert_eq!(policy.words.of_stage(Stage::Accepted), ("ACCEPTED", Tone::AmberGreen));
    assert_eq!(policy.words.of_stage(Stage::Joined), ("COMPLETED", Tone::Green));
    let words: BTreeSet<_> = Stage::ALL.into_iter().map(|stage| policy.words.of_stage(stage).0).collect();
    assert_eq!(words.len(), Stage::ALL.len(), "no two states look alike");
}

/// Proves TEN-5 in part: the four applications, each with more than one role that has a say in it.
#[test]
fn portal_tenant_has_its_four_applications() {
    let portal = tenant("portal-tenant");
    let names: Vec<_> = portal.preset.applications.iter().skip(1).map(|a| a.name.as_str()).collect();
    let four = ["Service Management Portal", "Device Management System", "Integrated Video Management System"];
    assert_eq!(names, [four.as_slice(), &["Cloud Video Recorder"]].concat());
    assert_eq!(portal.preset.administrator.as_str(), "Tenant administrator");
    assert_eq!(portal.all().count(), 61);
    for application in portal.preset.applications.iter().skip(1) {
        let has_say = |role: &&str| portal.of(role).iter().any(|p| p.application() == application.key);
        assert!(portal.roles().filter(has_say).count() > 2, "{}", application.key);
    }
    let operator = portal.of("Operator");
    assert!(portal.of("Viewer").is_subset(&operator));
}

/// Proves ORG-10 in part and ORG-19 in part: the words of the states. Proves ORG-20 in part: 3 days. Proves ORG-16 in part: by
/// link and by mail.
#[test]
fn organization_has_its_roles_rules_and_words() {
    use crate::member::MemberStatus as S;
    let organization = tenant("organization");
    assert_eq!(organization.roles().collect::<Vec<_>>(), ["Administrator", "Member manager", "Member"]);
    let own = |role: &str| Permission::OWN.into_iter().filter(|own| organization.gives(role, own)).collect::<Vec<_>>();
    let manager = [Permission::ON_MEMBERS.as_slice(), &[Permission::DEPARTMENTS_MANAGE]].concat();
    assert_eq!(own("Member manager"), manager);
    assert_eq!(own("Member"), [Permission::MEMBERS_READ]);
    let policy = &organization.preset.policy;
    assert_eq!(policy.invitation_validity, crate::tenant::Validity::THREE_DAYS);
    assert!(policy.links_allowed);
    let words = [S::NotJoined, S::Enabled, S::Disabled].map(|status| policy.words.of_status(status).0);
    assert_eq!(words, ["To be added", "Enabled", "Disabled"]);
    let waits = [Stage::Invited, Stage::Accepted].map(|stage| policy.words.of_stage(stage).0);
    assert_eq!(waits, ["Waiting to join"; 2]);
}
