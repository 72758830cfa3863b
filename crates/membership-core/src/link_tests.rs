use proptest::prelude::*;

use super::*;

fn links() -> Links {
    Links::new(Zeroizing::new([7; 32]), "https://members.example.org/")
}

fn link(generation: u32) -> Link {
    Link { purpose: Purpose::Invitation, tenant: Uuid::from_u128(1), subject: Uuid::from_u128(2), generation }
}

#[test]
fn a_token_says_what_was_put_in() {
    let token = links().token(&link(3));
    assert_eq!(token.len(), 4 + 72);
    assert_eq!(links().read(Purpose::Invitation, &token), Ok(link(3)));
    assert_eq!(links().url(&link(3)), format!("https://members.example.org/invitation/{token}"));
}

/// Proves A1 for the token by itself: every single character of it matters, and so does every bit.
#[test]
fn an_edited_token_is_unknown() {
    let token = links().token(&link(1));
    for at in 0..token.len() {
        let flipped = (0..7).map(|bit| token.as_bytes()[at] ^ (1 << bit));
        for other in b"ABab019-_=. ".iter().copied().chain(flipped) {
            let mut edited = token.clone().into_bytes();
            if edited[at] == other {
                continue;
            }
            edited[at] = other;
            let edited = String::from_utf8(edited).unwrap();
            assert_eq!(links().read(Purpose::Invitation, &edited), Err(LinkFault::Unknown), "{edited}");
        }
    }
}

/// Proves A72 in part: of a link too, no prefix, suffix, padding or change of case is good.
#[test]
fn variants_of_a_token_are_unknown() {
    let token = links().token(&link(1));
    let mut variants: Vec<String> = (0..token.len()).map(|end| token[..end].to_owned()).collect();
    variants.extend((1..token.len()).map(|start| token[start..].to_owned()));
    variants.extend([
        format!("{token}="),
        format!("{token}A"),
        format!(" {token}"),
        token.to_uppercase(),
        token.to_lowercase(),
    ]);
    for variant in variants {
        assert_eq!(links().read(Purpose::Invitation, &variant), Err(LinkFault::Unknown), "{variant}");
    }
}

/// Proves I-26 for purposes: a token acts only at its own.
#[test]
fn a_token_has_one_purpose() {
    let token = links().token(&link(1));
    assert_eq!(links().read(Purpose::SetUp, &token), Err(LinkFault::Unknown));
    let relabelled = token.replacen("mbi_", "mbs_", 1);
    assert_eq!(links().read(Purpose::SetUp, &relabelled), Err(LinkFault::Unknown));
    let token = links().token(&Link { purpose: Purpose::SetUp, ..link(1) });
    for token in [token.replacen("mbs_", "mbi_", 1), token] {
        assert_eq!(links().read(Purpose::Invitation, &token), Err(LinkFault::Unknown));
    }
}

#[test]
fn a_changed_key_still_reads_old_links() {
    let token = links().token(&link(1));
    let newer = Links::new(Zeroizing::new([8; 32]), "https://members.example.org");
    assert_eq!(newer.read(Purpose::Invitation, &token), Err(LinkFault::Unknown));
    let both = newer.accepting([Zeroizing::new([7; 32])]);
    assert_eq!(both.read(Purpose::Invitation, &token), Ok(link(1)));
}

#[test]
fn only_the_newest_generation_is_good() {
    assert_eq!(link(2).newest(2), Ok(()));
    assert_eq!(link(1).newest(2), Err(LinkFault::Superseded));
    assert_eq!(link(3).newest(2), Err(LinkFault::Unknown));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100_000))]

    /// Proves A1 for a hundred thousand random tokens of the right form: none is accepted.
    #[test]
    fn random_tokens_are_unknown(bytes in prop::array::uniform32(any::<u8>()), more in prop::array::uniform22(any::<u8>())) {
        let token = format!("mbi_{}", URL_SAFE_NO_PAD.encode([bytes.as_slice(), more.as_slice()].concat()));
        prop_assert_eq!(links().read(Purpose::Invitation, &token), Err(LinkFault::Unknown));
    }
}
