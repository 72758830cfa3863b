//! The representative administrator, and how another one takes over.

use chrono::TimeDelta;
use membership_core::{
    email::EmailAddress,
    event::Event,
    id::{InvitationId, MemberId},
    member::{Member, MemberState, edit::Changes, remove::Heirs},
    outbox::MailKind,
    role::assign::Wanted,
    store::Scope,
};
use membership_testkit::{Adapter, Bed, bed::PASSWORD};
use poem::http::Method;
use serde_json::json;

use crate::{
    fixture::{Api, Reply},
    house::{NOTHING, text},
};

impl Api {
    fn representative(&self, rest: &str) -> String {
        self.tenant(&format!("/representative{rest}"))
    }

    async fn nominate(&self, token: &str, member: &str) -> Reply {
        self.post(self.representative("/nomination"), &json!({ "member": member })).by(token).send().await
    }

    async fn answer(&self, token: &str, verb: &str) -> Reply {
        self.act(self.representative(&format!("/nomination/{verb}"))).by(token).send().await
    }

    /// Who represents the tenant, by the store.
    async fn flagged(&self) -> Vec<String> {
        let world = self.bed.world(self.bed.tenant.id).await.unwrap();
        let flagged = world.members.iter().filter(|member| member.representative);
        flagged.map(|member| member.id.to_string()).collect()
    }

    /// The mails that wait, by kind and address.
    async fn mails(&self) -> Vec<(MailKind, String)> {
        let world = self.bed.world(self.bed.tenant.id).await.unwrap();
        world.outbox.iter().map(|(_, mail, _)| (mail.kind, mail.to.to_string())).collect()
    }

    /// A tenant that waits for its first administrator, who was invited by mail: its address, and the link's token.
    async fn waiting(&self, root: &str, email: &str) -> (String, String) {
        let body = json!({ "name": "Other Ltd", "administrator": { "name": "Other", "via": "mail", "email": email } });
        let made = self.post("/api/v1/tenants", &body).by(root).send().await;
        let address = made.headers["location"].to_str().unwrap().to_owned();
        (address.clone(), self.first_token(&address).await)
    }

    /// Somebody takes the invitation with `token` and joins as `other`: a token of that person's session.
    async fn register(&self, token: &str) -> String {
        self.post("/api/v1/invitation/accept", &json!({ "token": token })).send().await;
        let body = json!({
            "token": token, "name": "Other", "username": "other", "password": PASSWORD, "transport": "bearer",
        });
        let reply = self.post("/api/v1/invitation/register", &body).send().await;
        assert_eq!(reply.status, 201, "{}", reply.text);
        text(&reply.json()["signed_in"]["token"])
    }

    /// Somebody else is invited to the tenant at `address`. Nobody there could have, so the store is told.
    async fn plant(&self, address: &str, email: &str) {
        let tenant = address.rsplit('/').next().unwrap().parse().unwrap();
        let (now, entropy) = (self.bed.clock.now(), self.bed.membership.entropy());
        let world = self.bed.world(tenant).await.unwrap();
        let id = InvitationId::new(now, entropy);
        let member = Member {
            id: MemberId::new(now, entropy),
            email: Some(EmailAddress::from_canonical(email).unwrap()),
            representative: false,
            state: MemberState::NotJoined { invitation: id },
            ..world.members[0].clone()
        };
        let mut invitation = world.invitations[0].clone();
        (invitation.id, invitation.member) = (id, member.id);
        let tx = self.bed.adapter.store.begin(Scope::Tenant(tenant)).await.unwrap();
        tx.commit(&self.bed.as_system(), &[Event::MemberInvited { member, invitation }]).await.unwrap();
    }

    /// The token of the newest link of the only invitation of the tenant at `address`.
    async fn first_token(&self, address: &str) -> String {
        let tenant = address.rsplit('/').next().unwrap().parse().unwrap();
        self.bed.token(&self.bed.world(tenant).await.unwrap().invitations[0])
    }
}

/// Proves TEN-15 in part: the representative asks another administrator who has joined; that one accepts, and
/// is the representative, in one step; both are told by mail. Whose address is shown is the representative's.
#[tokio::test]
async fn another_administrator_takes_over() {
    let api = Api::by_preset("portal-tenant").await;
    let root = api.root().await;
    let (ann, by_ann) = api.person("ann", &["Tenant administrator"]).await;
    let shown = api.get(api.representative("")).by(&by_ann).send().await.json();
    assert_eq!(shown["id"], api.bed.member.id.to_string());
    let candidates = api.get(api.representative("/candidates")).by(&root).send().await.json();
    assert_eq!(
        (candidates["candidates"].as_array().unwrap().len(), &candidates["candidates"][0]["id"]),
        (1, &json!(ann))
    );

    let made = api.nominate(&root, &ann).await;
    assert_eq!(made.status, 201, "{}", made.text);
    assert_eq!(made.headers["location"].to_str().unwrap(), api.representative("/nomination"));
    let offer = made.json();
    assert_eq!((&offer["nominee"], &offer["answer"]), (&json!(ann), &json!("waiting")));
    for token in [&root, &by_ann] {
        assert_eq!(api.get(api.representative("/nomination")).by(token).send().await.json(), offer);
    }
    assert_eq!(api.flagged().await, [api.bed.member.id.to_string()], "asking changes nothing yet");

    let accepted = api.answer(&by_ann, "accept").await;
    assert_eq!((accepted.status, &accepted.json()["representative"]), (200, &json!(true)), "{}", accepted.text);
    assert_eq!(api.flagged().await, std::slice::from_ref(&ann));
    assert_eq!(api.get(api.representative("")).by(&root).send().await.json()["id"], ann.as_str());
    assert_eq!(api.get(api.tenant("")).by(&root).send().await.json()["representative"], false);
    assert_eq!(api.get(api.tenant("")).by(&by_ann).send().await.json()["representative"], true);
    assert_eq!(api.nominate(&root, &ann).await.problem(), (403, "representative-only".into()));
    assert_eq!(api.answer(&by_ann, "accept").await.problem(), (404, "nomination-unknown".into()));
    assert_eq!(api.bed.violations().await.unwrap(), []);
}

/// The one who is asked is told by mail, then both that it is done. Whoever has no address is told nothing.
#[tokio::test]
async fn both_are_told_by_mail() {
    let api = Api::start().await;
    let root = api.root().await;
    let joined = api.bed.join("ann@example.org").await.unwrap();
    let administrator = api.role("Administrator").await;
    let target = api.bed.target(&joined.member);
    let assignments = Some(vec![Wanted::role(administrator.parse().unwrap())]);
    let changes = Changes { assignments, ..Default::default() };
    api.bed.membership.edit_member(&api.bed.as_administrator(), target, changes).await.unwrap();
    let ann = api.sign_in("ann@example.org").await;

    api.nominate(&root, &joined.member.id.to_string()).await;
    let told = |kind, address: &str| (kind, address.to_owned());
    assert!(api.mails().await.contains(&told(MailKind::Nominated, "ann@example.org")));
    api.answer(&ann, "accept").await;
    assert!(api.mails().await.contains(&told(MailKind::BecameRepresentative, "ann@example.org")));

    // And back again: whoever was the representative is told too.
    api.nominate(&ann, &api.bed.member.id.to_string()).await;
    assert_eq!(api.answer(&root, "accept").await.status, 200);
    assert!(api.mails().await.contains(&told(MailKind::HandedOver, "ann@example.org")));
}

/// Proves A29, together with `of_two_answers_one_wins`, and TEN-14: whoever is not joined, disabled, removed, no administrator for good, the representative already, or of
/// another tenant is not asked, and nothing changes.
#[tokio::test]
async fn nobody_unfit_is_asked() {
    let api = Api::start().await;
    let root = api.root().await;
    let bed = &api.bed;
    let administrator = Wanted::role(bed.role("Administrator").await.unwrap());
    let until = |days| Wanted { until: Some(bed.clock.now() + TimeDelta::days(days)), ..administrator.clone() };
    let pending = api.invited_as("pending@example.org", "Administrator").await.member;
    let disabled = bed.added("disabled", &["Administrator"]).await.unwrap().member;
    bed.membership.disable_member(&bed.as_administrator(), bed.target(&disabled)).await.unwrap();
    let removed = bed.added("removed", &["Administrator"]).await.unwrap().member;
    bed.membership.remove_member(&bed.as_administrator(), bed.target(&removed), Heirs::default()).await.unwrap();
    let member = bed.added("member", &["Member manager"]).await.unwrap().member;
    let mut addition = bed.addition("passing", &[]).await.unwrap();
    addition.assignments = vec![until(30)];
    let passing = bed.membership.add_member(&bed.as_administrator(), addition).await.unwrap();
    let foreign = bed.found("Other Ltd", "other").await.unwrap().member;

    let before = api.everything().await;
    for (nominee, status, code) in [
        (pending.id.to_string(), 409, "nominee-not-registered"),
        (disabled.id.to_string(), 409, "nominee-disabled"),
        (removed.id.to_string(), 409, "nominee-removed"),
        (member.id.to_string(), 409, "nominee-not-administrator"),
        (passing.id.to_string(), 409, "nominee-not-administrator"),
        (bed.member.id.to_string(), 409, "nominee-is-representative"),
        (foreign.id.to_string(), 404, "member-unknown"),
        (NOTHING.to_owned(), 404, "member-unknown"),
    ] {
        let reply = api.nominate(&root, &nominee).await;
        assert_eq!(reply.problem(), (status, code.into()), "{}", reply.text);
    }
    assert_eq!(api.everything().await, before);
}

/// Proves A29 in part and I-2 in part: between the offer and the answer the nominee has lost what it takes; the answer
/// is refused, and the representative stays.
#[tokio::test]
async fn who_has_become_unfit_does_not_take_over() {
    let api = Api::start().await;
    let root = api.root().await;
    let bed = &api.bed;
    let ann = bed.added("ann", &["Administrator"]).await.unwrap().member;
    let by_ann = api.sign_in("ann").await;
    assert_eq!(api.nominate(&root, &ann.id.to_string()).await.status, 201);
    let less =
        Changes { assignments: Some(vec![Wanted::role(bed.role("Member").await.unwrap())]), ..Changes::default() };
    bed.membership.edit_member(&bed.as_administrator(), bed.target(&ann), less).await.unwrap();
    assert_eq!(api.answer(&by_ann, "accept").await.problem(), (409, "nominee-not-administrator".into()));
    bed.membership.disable_member(&bed.as_administrator(), bed.target(&ann)).await.unwrap();
    assert_eq!(api.answer(&by_ann, "accept").await.status, 403, "whoever is shut out is told so first");
    let by_ann = api.sign_in("ann").await;
    assert_eq!(api.answer(&by_ann, "accept").await.problem(), (403, "member-disabled".into()));
    assert_eq!(api.flagged().await, [bed.member.id.to_string()]);
}

/// Proves A29 in part and I-4 in part: two are asked one after the other, and both answer at once, twice each: only the
/// one who is asked takes over, once.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_two_answers_one_wins() {
    for _ in 0..20 {
        let api = Api::start().await;
        let root = api.root().await;
        let (ann, by_ann) = api.person("ann", &["Administrator"]).await;
        let (bob, by_bob) = api.person("bob", &["Administrator"]).await;
        api.nominate(&root, &ann).await;
        let (first, second, third, fourth, asked) = tokio::join!(
            api.answer(&by_ann, "accept"),
            api.answer(&by_ann, "accept"),
            api.answer(&by_bob, "accept"),
            api.answer(&by_bob, "accept"),
            api.nominate(&root, &bob),
        );
        let taken = [first, second, third, fourth].iter().filter(|reply| reply.status == 200).count();
        let flagged = api.flagged().await;
        assert_eq!(flagged.len(), 1);
        assert!(taken <= 1, "only one took over");
        let expected = match (taken, asked.status) {
            (0, 201) => api.bed.member.id.to_string(),
            (1, 403) => ann.clone(),
            (1, 201) => bob.clone(),
            other => panic!("{other:?}"),
        };
        assert_eq!(flagged, [expected]);
        assert_eq!(api.bed.violations().await.unwrap(), []);
    }
}

/// An offer stands for three days; it can be declined, taken back and replaced, and only the one who is asked answers it.
#[tokio::test]
async fn an_offer_stands_until_it_is_answered() {
    let api = Api::start().await;
    let root = api.root().await;
    let (ann, by_ann) = api.person("ann", &["Administrator"]).await;
    let (bob, by_bob) = api.person("bob", &["Administrator"]).await;
    let at = api.representative("/nomination");
    let unknown = (404, "nomination-unknown".to_owned());
    assert_eq!(api.get(&at).by(&root).send().await.problem(), unknown);
    assert_eq!(api.delete(&at).by(&root).send().await.problem(), unknown);
    assert_eq!(api.answer(&by_ann, "accept").await.problem(), unknown);
    assert_eq!(api.nominate(&by_ann, &bob).await.problem(), (403, "representative-only".into()));

    api.nominate(&root, &ann).await;
    assert_eq!(api.get(&at).by(&by_bob).send().await.problem(), unknown, "it is none of bob's business");
    for verb in ["accept", "decline"] {
        assert_eq!(api.answer(&by_bob, verb).await.problem(), unknown);
    }
    assert_eq!(api.delete(&at).by(&by_ann).send().await.problem(), (403, "representative-only".into()));
    let declined = api.answer(&by_ann, "decline").await.json();
    assert_eq!((&declined["answer"], declined["answered_at"].is_string()), (&json!("declined"), true));
    assert_eq!(api.answer(&by_ann, "accept").await.problem(), unknown);

    api.nominate(&root, &ann).await;
    api.nominate(&root, &bob).await;
    assert_eq!(api.answer(&by_ann, "accept").await.problem(), unknown, "replaced");
    let withdrawn = api.delete(&at).by(&root).send().await;
    assert_eq!((withdrawn.status, &withdrawn.json()["answer"]), (200, &json!("withdrawn")));
    assert_eq!(api.answer(&by_bob, "accept").await.problem(), unknown);

    api.nominate(&root, &bob).await;
    api.bed.clock.advance(TimeDelta::days(3) - TimeDelta::microseconds(1));
    let (root, by_bob) = (api.root().await, api.sign_in("bob").await);
    assert_eq!(api.get(&at).by(&by_bob).send().await.status, 200);
    api.bed.clock.advance(TimeDelta::microseconds(1));
    assert_eq!(api.get(&at).by(&by_bob).send().await.problem(), (410, "nomination-expired".into()));
    for verb in ["accept", "decline"] {
        assert_eq!(api.answer(&by_bob, verb).await.problem(), (410, "nomination-expired".into()));
    }
    assert_eq!(api.nominate(&root, &bob).await.status, 201, "and can be made again");
    assert_eq!(api.answer(&by_bob, "accept").await.status, 200);
}

/// Proves TEN-16: where there is nobody to choose, the message stands there, and its code says which of the two reasons.
#[tokio::test]
async fn with_no_candidate_it_is_said_why() {
    let api = Api::by_preset("portal-tenant").await;
    let root = api.root().await;
    let candidates = api.representative("/candidates");
    api.bed.added("vera", &["Viewer"]).await.unwrap();
    api.invited_as("pending@example.org", "Tenant administrator").await;
    let message = "No tenant administrator available for selection";
    let none = api.get(&candidates).by(&root).send().await;
    assert_eq!(none.problem(), (409, "no-eligible-candidate".into()));
    assert!(text(&none.json()["detail"]).starts_with(message));

    let (there, token) = api.waiting(&root, "first@example.org").await;
    let unregistered = api.get(format!("{there}/representative/candidates")).by(&root).send().await;
    assert_eq!(unregistered.problem(), (409, "current-representative-not-registered".into()));
    assert!(text(&unregistered.json()["detail"]).starts_with(message));
    api.register(&token).await;
    let registered = api.get(format!("{there}/representative/candidates")).by(&root).send().await;
    assert_eq!(registered.problem(), (404, "tenant-unknown".into()), "then it is no business of the operator's");

    let (_, auditor) = api.person("otto", &["Auditor"]).await;
    assert_eq!(api.get(&candidates).by(&auditor).send().await.problem(), (409, "no-eligible-candidate".into()));
    let (_, installer) = api.person("ines", &["Installer"]).await;
    assert_eq!(api.get(&candidates).by(&installer).send().await.problem(), (403, "permission-missing".into()));
    assert_eq!(
        api.get(api.representative("")).by(&installer).send().await.problem(),
        (403, "permission-missing".into())
    );
    api.person("ann", &["Tenant administrator"]).await;
    assert_eq!(api.get(&candidates).by(&root).send().await.status, 200);
}

/// Proves TEN-17 and TEN-19: until the first administrator has joined, the address can be changed; the invitation goes to
/// the new one, and the old link is dead.
#[tokio::test]
async fn the_first_administrators_address_can_be_changed() {
    let api = Api::start().await;
    let root = api.root().await;
    let (there, old) = api.waiting(&root, "old@example.org").await;
    let at = format!("{there}/representative/email");
    let changed = api.put(&at, &json!({ "email": "New@Example.org" })).by(&root).send().await;
    assert_eq!(changed.status, 200, "{}", changed.text);
    let changed = changed.json();
    assert_eq!(
        (&changed["member"]["email"], &changed["member"]["representative"]),
        (&json!("new@example.org"), &json!(true))
    );
    assert_eq!(
        (&changed["invitation"]["email"], &changed["invitation"]["generation"]),
        (&json!("new@example.org"), &json!(2))
    );
    let world = api.bed.world(there.rsplit('/').next().unwrap().parse().unwrap()).await.unwrap();
    let waiting: Vec<_> = world.outbox.iter().filter(|(_, _, delivery)| delivery.as_str() == "queued").collect();
    assert_eq!(waiting.len(), 1, "the letter to the old address does not go out any more");
    assert_eq!((waiting[0].1.kind, waiting[0].1.to.to_string()), (MailKind::Invitation, "new@example.org".to_owned()));

    let opened = |token: &str| api.post("/api/v1/invitation/open", &json!({ "token": token })).send();
    assert_eq!(opened(&old).await.problem(), (410, "link-superseded".into()));
    let new = api.first_token(&there).await;
    assert_eq!(opened(&new).await.json()["email"], "new@example.org");
    let other = api.register(&new).await;
    assert_eq!(api.get(&there).by(&other).send().await.json()["representative"], true);
    let late = api.put(&at, &json!({ "email": "late@example.org" })).by(&root).send().await;
    assert_eq!(late.problem(), (409, "representative-registered".into()));
}

/// Proves TEN-18: the address of a member of this tenant is refused there; that of an account elsewhere is no obstacle, and
/// the answer is the same as for one that nobody has.
#[tokio::test]
async fn the_address_of_a_member_is_refused() {
    let api = Api::start().await;
    let root = api.root().await;
    let (there, _) = api.waiting(&root, "first@example.org").await;
    let at = format!("{there}/representative/email");
    api.bed.join("elsewhere@example.org").await.unwrap();
    let mut answers = Vec::new();
    for email in ["elsewhere@example.org", "nobody-yet@example.org"] {
        let reply = api.put(&at, &json!({ "email": email })).by(&root).send().await;
        assert_eq!(reply.status, 200, "{}", reply.text);
        let mut body = reply.json();
        body["invitation"]["generation"] = json!(0);
        answers.push(body.to_string().replace(email, "…"));
    }
    answers.dedup();
    assert_eq!(answers.len(), 1, "{answers:?}");

    // Somebody else is in this tenant already: its founder has invited nobody, so the store is told.
    api.plant(&there, "taken@example.org").await;
    let taken = api.put(&at, &json!({ "email": "taken@example.org" })).by(&root).send().await;
    assert_eq!(taken.problem(), (409, "address-already-member".into()));

    let (_, ann) = api.person("ann", &["Administrator"]).await;
    let body = json!({ "email": "ann@example.org" });
    assert_eq!(api.put(&at, &body).by(&ann).send().await.problem(), (403, "operator-only".into()));
    let nowhere = format!("/api/v1/tenants/{NOTHING}/representative/email");
    assert_eq!(api.put(nowhere, &body).by(&root).send().await.problem(), (404, "tenant-unknown".into()));
    let bad = api.put(&at, &json!({ "email": "no address" })).by(&root).send().await;
    assert_eq!(bad.faults(), [("/email".into(), "address-has-space".into())]);
}

/// Without a mail server nothing is sent anywhere, and it is said so.
#[tokio::test]
async fn without_mail_the_address_stays() {
    let bed = Bed::altered(Adapter::in_memory(), |parts| parts.mail_is_on = false).await.unwrap();
    let api = Api::over(bed);
    let root = api.root().await;
    let body = json!({ "name": "Other Ltd", "administrator": { "name": "Other", "via": "link" } });
    let made = api.post("/api/v1/tenants", &body).by(&root).send().await;
    let at = format!("{}/representative/email", made.headers["location"].to_str().unwrap());
    let reply = api.put(at, &json!({ "email": "new@example.org" })).by(&root).send().await;
    assert_eq!(reply.problem(), (503, "mail-not-configured".into()));
}

/// Proves TEN-23 and A28: nobody changes, disables or removes the representative, and the representative not either; nobody
/// changes the own entry; only by handing over one stops to be the representative, and then one is a member like others.
#[tokio::test]
async fn the_representative_stays_until_another_takes_over() {
    let api = Api::by_preset("portal-tenant").await;
    let root = api.root().await;
    let (ann, by_ann) = api.person("ann", &["Tenant administrator"]).await;
    let (viewer, own) = (api.role("Viewer").await, api.bed.member.id.to_string());
    let own_entry = |member: &str| api.tenant(&format!("/members/{member}"));
    let asked = |member: &str, token: &str| {
        let at = own_entry(member);
        [
            api.ask(Method::PATCH, &at).json(&json!({ "roles": [viewer] })).by(token),
            api.ask(Method::PATCH, &at).json(&json!({ "name": "Somebody else" })).by(token),
            api.ask(Method::PATCH, &at).json(&json!({ "email": "else@example.org" })).by(token),
            api.act(format!("{at}/disable")).by(token),
            api.act(format!("{at}/enable")).by(token),
            api.post(format!("{at}/remove"), &json!({})).by(token),
        ]
    };
    let before = api.everything().await;
    for (member, token, problem) in [
        (&own, &by_ann, (409, "member-is-representative")),
        (&own, &root, (403, "member-is-self")),
        (&ann, &by_ann, (403, "member-is-self")),
    ] {
        for ask in asked(member, token) {
            let reply = ask.send().await;
            assert_eq!(reply.problem(), (problem.0, problem.1.into()), "{}", reply.text);
        }
        for action in ["disable", "enable", "remove"] {
            let body = json!({ "members": [member], "action": action });
            let reply = api.post(api.tenant("/members/bulk"), &body).by(token).send().await;
            assert_eq!(reply.json()["results"][0]["problem"]["code"], problem.1, "{action}: {}", reply.text);
        }
    }
    let left = api.post(api.tenant("/leave"), &json!({})).by(&root).send().await;
    assert_eq!(left.problem(), (409, "representative-cannot-leave".into()), "{}", left.text);
    assert_eq!(api.everything().await, before);

    api.nominate(&root, &ann).await;
    assert_eq!(api.answer(&by_ann, "accept").await.status, 200);
    let demoted = api.ask(Method::PATCH, own_entry(&own)).json(&json!({ "roles": [viewer] })).by(&by_ann).send().await;
    assert_eq!((demoted.status, &demoted.json()["roles"]), (200, &json!([viewer])), "{}", demoted.text);
    assert_eq!(api.act(format!("{}/disable", own_entry(&own))).by(&by_ann).send().await.status, 200);
    assert_eq!(api.post(format!("{}/remove", own_entry(&own)), &json!({})).by(&by_ann).send().await.status, 200);
}
