//! What a passkey's answer can be refused for. Each is tried at all three doors, and an honest answer opens after it.

use chrono::TimeDelta;
use membership_core::ports::NoPasskeys;
use serde_json::Map;

use super::*;

/// How a device lies, and what of it is a lie that is told when a passkey is made, too.
type Lie = (&'static str, fn(&mut SoftPasskey));

const LIES: [Lie; 7] = [
    ("another site's page", |device| "https://evil.example".clone_into(&mut device.origin)),
    ("a page below this host", |device| "https://evil.members.example.org".clone_into(&mut device.origin)),
    ("the same host without TLS", |device| "http://members.example.org".clone_into(&mut device.origin)),
    ("another port", |device| "https://members.example.org:8443".clone_into(&mut device.origin)),
    ("another site's passkey", |device| "evil.example".clone_into(&mut device.rp_id)),
    ("a user who was not verified", |device| device.flags = SoftPasskey::PRESENT),
    ("another ceremony", |device| device.client_data_type = Some("payment.get")),
];

const LIES_OF_SIGNATURES: [Lie; 3] = [
    ("a page within another", |device| device.cross_origin = true),
    ("one bit of the signature", |device| device.flips_a_bit = true),
    ("a counter that stands still", |device| device.rises_by = 0),
];

/// What is answered for `device` at the door of a sign-in alone, and at that of a challenge.
async fn at_both_doors(api: &Api, login: &str, device: &mut SoftPasskey) -> [(u16, String); 2] {
    let alone = api.alone(device).await.problem();
    let (challenge, begun) = api.begin_proof(login).await;
    let beside = api.prove_by_passkey(&challenge, &begun.state, &begun.shown_by(device)).await.problem();
    [alone, beside]
}

fn refused_at_both() -> [(u16, String); 2] {
    [(401, "passkey-failed".to_owned()), (401, "challenge-failed".to_owned())]
}

/// A browser at another site, a passkey of another site, a user who was not verified, a signature that is none, a copy: none of
/// them makes a passkey or signs anybody in, and the honest device still does.
#[tokio::test]
async fn a_forged_answer_opens_nothing() {
    let api = Api::with_passkeys().await;
    let ann = api.joined("ann@example.org").await;
    let WithPasskey { token, mut device, .. } = api.passkey_of(&ann).await;
    for (what, lie) in LIES.into_iter().chain(LIES_OF_SIGNATURES) {
        let mut liar = device.clone();
        lie(&mut liar);
        assert_eq!(at_both_doors(&api, "ann@example.org", &mut liar).await, refused_at_both(), "{what}");
        assert_eq!(api.alone(&mut device).await.status, 201, "{what}: and the honest one does");
    }
    for (what, lie) in LIES {
        let mut liar = self::device();
        lie(&mut liar);
        let begun = api.begin_passkey(&token).await;
        let made = api.add_passkey(&token, &begun.state, &begun.made_by(&mut liar)).await;
        assert_eq!(made.problem(), (403, "passkey-refused".into()), "{what}");
    }
    assert_eq!(api.get(FACTORS).by(&token).send().await.json()["passkeys"].as_array().unwrap().len(), 1);
    // Whoever copied it before it was last used has an older counter.
    let mut copy = device.clone();
    assert_eq!(api.alone(&mut device).await.status, 201);
    assert_eq!(at_both_doors(&api, "ann@example.org", &mut copy).await[0], refused_at_both()[0]);
}

/// Somebody else's key opens nothing under the identifier of Ann's, Eve's own passkey nothing of Ann's, and a passkey that does
/// not say whose it is nothing by itself.
#[tokio::test]
async fn a_passkey_is_its_owners() {
    let api = Api::with_passkeys().await;
    let (ann, eve) = (api.joined("ann@example.org").await, api.joined("eve@example.org").await);
    let mut ann = api.passkey_of(&ann).await.device;
    let eve = api.passkey_of(&eve).await;
    let mut with_eves_key = ann.clone().with_keys_of(&eve.device);
    assert_eq!(at_both_doors(&api, "ann@example.org", &mut with_eves_key).await, refused_at_both());

    let (challenge, begun) = api.begin_proof("ann@example.org").await;
    let mut asked = begun.options.clone();
    asked["publicKey"]["allowCredentials"] = json!([]);
    let mut device = eve.device.clone();
    let of_eve = serde_json::from_str(&device.get(&asked.to_string()).unwrap()).unwrap();
    let reply = api.prove_by_passkey(&challenge, &begun.state, &of_eve).await;
    assert_eq!(reply.problem(), (401, "challenge-failed".into()));
    let signed_in = api.alone(&mut device).await.json();
    assert_eq!(signed_in["account"]["email"], "eve@example.org");

    // Another owner's name on a good signature.
    let begun = api.begin_alone().await;
    let mut renamed = begun.shown_by(&mut device);
    renamed["response"]["userHandle"] = begun.shown_by(&mut ann)["response"]["userHandle"].clone();
    assert_eq!(api.alone_by(&begun.state, &renamed).await.problem(), (401, "passkey-failed".into()));
    let mut nameless = ann.clone();
    nameless.tells_user = false;
    assert_eq!(api.alone(&mut nameless).await.problem(), (401, "passkey-failed".into()));
    let (challenge, begun) = api.begin_proof("ann@example.org").await;
    let reply = api.prove_by_passkey(&challenge, &begun.state, &begun.shown_by(&mut nameless)).await;
    assert_eq!(reply.status, 201, "beside a password it is known whose it has to be: {}", reply.text);
}

/// Proves A63 in part: an answer is taken once, also of twenty at the same time, in the ceremony that it was given in, at
/// the door that this was begun at, for ten minutes.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_answer_is_taken_once() {
    let api = Arc::new(Api::with_passkeys().await);
    let ann = api.joined("ann@example.org").await;
    let WithPasskey { token, mut device, .. } = api.passkey_of(&ann).await;
    let begun = api.begin_alone().await;
    let answer = begun.shown_by(&mut device);
    let tasks = (0..20).map(|_| {
        let (api, state, answer) = (Arc::clone(&api), begun.state.clone(), answer.clone());
        tokio::spawn(async move { api.alone_by(&state, &answer).await.status })
    });
    let mut taken = 0;
    for task in tasks.collect::<Vec<_>>() {
        taken += usize::from(task.await.unwrap() == 201);
    }
    assert_eq!(taken, 1);
    assert_eq!(api.alone_by(&begun.state, &answer).await.problem(), (401, "passkey-failed".into()));
    let fresh = api.begin_alone().await;
    assert_eq!(api.alone_by(&fresh.state, &answer).await.problem(), (401, "passkey-failed".into()), "an old answer");

    let (challenge, begun) = api.begin_proof("ann@example.org").await;
    let answer = begun.shown_by(&mut device);
    assert_eq!(api.alone_by(&begun.state, &answer).await.problem(), (401, "passkey-failed".into()), "the other door");
    let other = api.challenge("ann@example.org").await;
    let reply = api.prove_by_passkey(&other, &begun.state, &answer).await;
    assert_eq!(reply.problem(), (401, "challenge-failed".into()), "another challenge");
    assert_eq!(api.prove_by_passkey(&challenge, &begun.state, &answer).await.status, 201);
    let over = api.prove_by_passkey(&challenge, &begun.state, &answer).await;
    assert_eq!(over.problem(), (401, "challenge-over".into()));

    let making = api.begin_passkey(&token).await;
    let made = making.made_by(&mut self::device());
    let signing = api.begin_alone().await;
    for (what, state) in [("a sign-in's state", &signing.state), ("none", &String::new()), ("no state", &token)] {
        let reply = api.add_passkey(&token, state, &made).await;
        assert_eq!(reply.problem(), (403, "passkey-refused".into()), "{what}");
    }
    assert_eq!(api.alone_by(&making.state, &made).await.problem(), (401, "passkey-failed".into()));
    let eve = api.joined("eve@example.org").await;
    assert_eq!(api.add_passkey(&eve, &making.state, &made).await.problem(), (403, "passkey-refused".into()));
    assert_eq!(api.add_passkey(&token, &making.state, &made).await.status, 201);

    let late = api.begin_alone().await;
    let answer = late.shown_by(&mut device);
    api.bed.clock.advance(TimeDelta::minutes(10));
    assert_eq!(api.alone_by(&late.state, &answer).await.problem(), (401, "passkey-failed".into()));
}

/// Proves A64 in part: wrong answers end a sign-in by the fifth, as wrong codes do.
#[tokio::test]
async fn wrong_answers_end_a_sign_in() {
    let api = Api::with_passkeys().await;
    let ann = api.joined("ann@example.org").await;
    let mut device = api.passkey_of(&ann).await.device;
    let challenge = api.challenge("ann@example.org").await;
    let begin = async || Begun::of(&api.post(BEGIN_PROOF, &json!({ "challenge": challenge })).send().await);
    for _ in 0..5 {
        let begun = begin().await;
        let reply = api.prove_by_passkey(&challenge, &begun.state, &Value::Object(Map::new())).await;
        assert_eq!(reply.problem(), (401, "challenge-failed".into()));
    }
    let begun = begin().await;
    let right = api.prove_by_passkey(&challenge, &begun.state, &begun.shown_by(&mut device)).await;
    assert_eq!(right.problem(), (401, "challenge-over".into()));
    for nothing in ["", "mbc_nonsense", &challenge[..challenge.len() - 1]] {
        let reply = api.post(BEGIN_PROOF, &json!({ "challenge": nothing })).send().await;
        assert_eq!(reply.problem(), (401, "challenge-over".into()), "{nothing}");
    }
}

/// A program makes and takes away no passkeys, whatever its key was made for; nor does somebody whose sign-in is a while ago,
/// or whose second factor was not shown.
#[tokio::test]
async fn passkeys_are_for_people_who_have_just_signed_in() {
    let api = Api::with_passkeys().await;
    let ann = api.joined("ann@example.org").await;
    let WithPasskey { token, .. } = api.passkey_of(&ann).await;
    let credential = first_of(&api.get(FACTORS).by(&token).send().await.json());
    let begun = api.begin_passkey(&token).await;
    let made = json!({ "name": "Phone", "state": begun.state, "credential": begun.made_by(&mut device()) });
    let each = async |token: &str| {
        let asks = [api.act(BEGIN), api.post(PASSKEYS, &made), api.delete(format!("{PASSKEYS}/{credential}"))];
        let mut answers = Vec::new();
        for ask in asks {
            answers.push(ask.by(token).send().await.problem());
        }
        answers
    };
    let (key, _) = api.key_for(&token, &["workspace:tasks.view"]).await;
    assert_eq!(each(&key).await, vec![(403, "not-by-api-key".to_owned()); 3]);
    // One made by somebody who has shown a passkey is one of somebody who has.
    assert_eq!(api.get(api.tenant("")).by(&key).send().await.status, 200);
    for nothing in ["!", "AAAA", &credential[1..]] {
        let reply = api.delete(format!("{PASSKEYS}/{nothing}")).by(&token).send().await;
        assert_eq!(reply.problem(), (409, "factor-not-set-up".into()), "{nothing}");
    }
    api.bed.clock.advance(TimeDelta::minutes(15));
    assert_eq!(each(&token).await[0], (403, "sign-in-again".to_owned()));
    assert_eq!(each(&token).await[2], (403, "sign-in-again".to_owned()));
    let reply = api.post(PASSKEYS, &made).by(&token).send().await;
    assert_eq!(reply.problem(), (403, "passkey-refused".into()), "the ceremony is over as well");

    // Codes by mail beside the passkey: whoever has only the mailbox changes nothing.
    let mut device = api.passkey_of(&api.joined("bob@example.org").await).await;
    let by_mail = api.mailed_codes_of(&device.token).await;
    let challenge = api.challenge("bob@example.org").await;
    let code = api.mailed(&challenge).await;
    let thief = text(&api.prove(&challenge, "email", &code).await.json()["token"]);
    let reply = api.act(BEGIN).by(&thief).send().await;
    assert_eq!(reply.problem(), (403, "second-factor-not-shown".into()));
    assert_eq!(api.get(ME).by(&by_mail).send().await.status, 200);
    assert_eq!(api.alone(&mut device.device).await.status, 201);
}

/// Another site's page signs no browser in, and no browser's cookie makes a passkey for it.
// Part of A76.
#[tokio::test]
async fn no_other_site_asks() {
    let api = Api::with_passkeys().await;
    let ann = api.joined("ann@example.org").await;
    let mut device = api.passkey_of(&ann).await.device;
    let signed_in = api.alone(&mut device).await.json();
    let cookie = format!("__Host-membership={}", text(&signed_in["token"]));
    let begun = api.begin_alone().await;
    let shown = json!({ "state": begun.state, "credential": begun.shown_by(&mut device), "transport": "cookie" });
    let from = [("sec-fetch-site", "cross-site"), ("sec-fetch-site", "same-site"), ("origin", "https://evil.example")];
    for (name, value) in from {
        for path in [BEGIN_ALONE, BEGIN, PASSKEYS, PROVE, ALONE, BEGIN_PROOF] {
            let ask = api.post(path, &shown).header("cookie", &cookie).header(name, value);
            assert_eq!(ask.send().await.problem(), (403, "cross-site-request".into()), "{path} {name} {value}");
        }
        let ask = api.post(ALONE, &shown).header(name, value);
        assert_eq!(ask.send().await.problem(), (403, "cross-site-request".into()), "without any cookie");
    }
    let own = api.post(ALONE, &shown).header("origin", ORIGIN).send().await;
    assert_eq!(own.status, 201, "{}", own.text);
}

/// What is wrong with the form of a request stands at its place; what a browser may add to its answer does not matter.
#[tokio::test]
async fn the_form_of_a_request() {
    let api = Api::with_passkeys().await;
    let token = api.joined("ann@example.org").await;
    let mut device = device();
    let begun = api.begin_passkey(&token).await;
    let mut made = begun.made_by(&mut device);
    made["fromTimesToCome"] = json!({ "deep": [1, "two"] });
    made["response"]["fromTimesToCome"] = json!(true);
    for (name, code) in [("", "name-empty"), (&"x".repeat(101), "name-too-long")] {
        let body = json!({ "name": name, "state": begun.state, "credential": made });
        let reply = api.post(PASSKEYS, &body).by(&token).send().await;
        assert_eq!(reply.faults(), [("/name".into(), code.into())]);
    }
    for wrong in [json!("text"), json!([made]), json!(1), Value::Null] {
        let reply = api.add_passkey(&token, &begun.state, &wrong).await;
        assert_eq!(reply.faults(), [("/credential".into(), "value-unfit".into())], "{wrong}");
    }
    let long = api.add_passkey(&token, &"A".repeat(70_000), &made).await;
    assert_eq!(long.problem(), (413, "body-too-large".into()));
    let much = json!({ "id": "x".repeat(60_000) });
    assert_eq!(api.add_passkey(&token, "AAAA", &much).await.problem(), (403, "passkey-refused".into()));
    let added = api.add_passkey(&token, &begun.state, &made).await;
    assert_eq!(added.status, 201, "none of these has used the ceremony up: {}", added.text);
}

/// An installation that takes no passkeys says so.
#[tokio::test]
async fn an_installation_without_passkeys() {
    let bed = Bed::altered(Adapter::in_memory(), |parts| parts.passkeys = Arc::new(NoPasskeys)).await.unwrap();
    let api = Api::over(bed);
    let ann = api.joined("ann@example.org").await;
    assert_eq!(api.act(BEGIN).by(&ann).send().await.problem(), (409, "passkeys-off".into()));
    assert_eq!(api.act(BEGIN_ALONE).send().await.problem(), (409, "passkeys-off".into()));
    assert_eq!(api.alone_by("AAAA", &json!({})).await.problem(), (401, "passkey-failed".into()));
    api.mailed_codes_of(&ann).await;
    let challenge = api.challenge("ann@example.org").await;
    let reply = api.post(BEGIN_PROOF, &json!({ "challenge": challenge })).send().await;
    assert_eq!(reply.problem(), (409, "factor-not-set-up".into()));
}
