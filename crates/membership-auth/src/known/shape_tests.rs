use proptest::{prelude::*, sample::select};

use super::*;

/// Proves A61 in part: long passwords that are short ones in disguise are known.
#[test]
fn simple_shapes_of_common_passwords_are_known() {
    for password in [
        "passwordpassword",
        "passwordpasswo",
        "monkeymonkeymonkey",
        "passwordpassword1",
        "password password",
        "password123456789",
        "password2024!!",
        "!!password!!",
        "summer2024summer",
        "2024summersummer!",
        "superman!superman",
        "welcome123456789",
        "p@ssw0rd12345678",
        "thisismypassword",
        "liverpoolfc12345",
        "qwertyuiop123456",
        "123456789012345",
        "qwertyuiopasdfghjklzxcvbnm",
        "mnbvcxzlkjhgfdsa",
        "1qaz2wsx3edc4rfv5tgb",
        "abcdefghijklmnop",
        "1111222233334444",
        "aaaaaaaaaaaaaaaaa",
        "abcabcabcabcabca",
        "xkqzxkqzxkqzxkqz",
        "ääääääää",
        "😀😀😀😀😀😀😀😀",
    ] {
        assert!(is_common(password), "{password}");
    }
}

/// Proves A61 in part: what people choose when they are told to take several words is taken.
#[test]
fn passphrases_are_not_known() {
    for password in [
        "",
        "correct horse battery staple",
        "correcthorsebatterystaple",
        "a good long password",
        "another-long-password",
        "the quick brown fox",
        "my dog eats tulips",
        "sunny afternoons",
        "ein blauer regenschirm",
        "zürich im frühling, schön",
        "пароль для собаки",
        "お風呂の中で歌う猫",
        "mango-lantern-quartz",
        "kx9$mq2!vr7#pl4w",
        "8391057264910385",
        "😀🐈🌷🚲",
    ] {
        assert!(!is_common(password), "{password}");
    }
}

#[test]
fn six_characters_beside_are_few_and_seven_are_many() {
    for (password, known) in [
        ("chameleon739150", true),
        ("chameleon7391508", false),
        ("739chameleon150", true),
        ("7391chameleon508", false),
        ("739chameleon1jerusalem50", true),
        ("739chameleon15jerusalem08", false),
        ("chameleonx", false),
        ("xchameleon", false),
        ("chameleonxjerusalem", false),
        ("chameleon jerusalem", true),
        ("chameleon jerusalem butterfly", false),
        ("chameleonéjerusalem", false),
    ] {
        assert_eq!(is_common(password), known, "{password}");
    }
}

#[test]
fn a_unit_is_the_shortest() {
    for (text, shortest) in [
        ("", ""),
        ("a", "a"),
        ("aa", "a"),
        ("abab", "ab"),
        ("ababa", "ab"),
        ("abcab", "abcab"),
        ("aabaab", "aab"),
        ("ääää", "ä"),
        // The same first byte, not the same character.
        ("\u{430}\u{431}", "\u{430}\u{431}"),
    ] {
        assert_eq!(unit(text), shortest, "{text}");
    }
}

#[test]
fn the_longest_walk_is_as_long_as_said() {
    assert_eq!(WALKS.iter().map(|walk| walk.len()).max(), Some(LONGEST));
    for pair in WALKS.chunks(2) {
        assert_eq!(pair[0].chars().rev().collect::<String>(), pair[1]);
    }
}

/// A slower way to the same answer: the fewest spare characters for every place and number of pieces.
fn fewest_spare(text: &str) -> Option<usize> {
    let length = text.len();
    let mut fewest = vec![[None::<usize>; 3]; length + 1];
    fewest[0][0] = Some(0);
    for at in 0..length {
        for pieces in 0..3 {
            let Some(spare) = fewest[at][pieces] else { continue };
            let mut reach = |to: usize, pieces: usize, spare: usize| {
                let place: &mut Option<usize> = &mut fewest[to][pieces];
                *place = Some(place.map_or(spare, |known| known.min(spare)));
            };
            if is_spare(&text[at..=at]) {
                reach(at + 1, pieces, spare + 1);
            }
            for end in (at + 1..=length).filter(|_| pieces < 2) {
                if is_piece(&text[at..end]) {
                    reach(end, pieces + 1, spare);
                }
            }
        }
    }
    fewest[length][1..].iter().flatten().min().copied()
}

proptest! {
    #[test]
    fn a_reading_is_found_if_there_is_one(
        parts in prop::collection::vec(
            select(vec!["chameleon", "password", "dragon", "sun", "x", "1234", "7", "83", "-", "!!", "zzzz", "1qaz"]), 0..7
        ),
    ) {
        let text = parts.concat();
        prop_assert_eq!(is_of_pieces(&text), fewest_spare(&text).is_some_and(|spare| spare <= MOST_SPARE), "{}", text);
    }

    #[test]
    fn random_passwords_are_not_known(password in "[a-z0-9!-/]{15,64}") {
        prop_assert!(!is_common(&password));
    }

    #[test]
    fn any_text_has_an_answer(text in ".{0,90}") {
        is_common(&text);
    }
}
