use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;
use crate::refusal::{Kind, Refusal};

fn tenant() -> TenantId {
    TenantId::from_uuid(uuid::Uuid::from_u128(0x0197_c0de_0000_7000_8000_0000_0000_0001))
}

fn folded(text: &str) -> Vec<String> {
    Words::of([text]).iter().map(|word| word.iter().collect()).collect()
}

fn query(text: &str) -> Query {
    Query::parse(text).unwrap().unwrap()
}

/// Whether a store that follows the plan offers a member with these tokens as a candidate.
fn offered(plan: &Plan, tokens: &BTreeSet<Token>) -> bool {
    let all = |all: &AllOf| all.tokens().iter().all(|token| tokens.contains(token));
    plan.words().iter().all(|any| any.alternatives().iter().any(all))
}

/// What a store answers: the candidates of the plan, of which `matches` has accepted each.
fn found(query: &Query, texts: &[&str]) -> bool {
    let offered = offered(&query.plan(tenant()), &tokens(tenant(), texts.iter().copied()));
    let matches = query.matches(texts);
    assert!(offered || !matches, "the plan of {query:?} misses {texts:?}");
    matches
}

/// How a query finds a text.
#[derive(Debug, PartialEq, Eq)]
enum Finds {
    Exactly,
    Nearly,
    Not,
}
use Finds::{Exactly, Nearly, Not};

impl Finds {
    fn of(exactly: bool, nearly: bool) -> Self {
        match (exactly, nearly) {
            (true, _) => Exactly,
            (false, true) => Nearly,
            (false, false) => Not,
        }
    }
}

fn finds(typed: &str, texts: &[&str]) -> Finds {
    let exact = query(typed);
    let near = exact.near();
    Finds::of(found(&exact, texts), near.is_some_and(|near| found(&near, texts)))
}

#[test]
fn spellings_of_one_word_fold_to_one() {
    for (text, words) in [
        ("Ann  JOHNSON", vec!["ann", "johnson"]),
        ("Iſık IŞIK ışık İnan", vec!["isik", "isik", "isik", "inan"]),
        ("Straße STRASSE STRAẞE", vec!["strasse", "strasse", "strasse"]),
        ("Geoﬀ ﬁﬂ", vec!["geoff", "fifl"]),
        ("Muñoz Mun\u{303}oz", vec!["munoz", "munoz"]),
        ("Åse A\u{30a}se \u{212b}se Kelvin\u{212a}", vec!["ase", "ase", "ase", "kelvink"]),
        (
            "Søren Łukasz Đorđe Guðrún Þór Æsa Œuvre Ħal",
            vec!["soren", "lukasz", "dorde", "gudrun", "thor", "aesa", "oeuvre", "hal"],
        ),
        ("Ａｎｎ　４２", vec!["ann", "42"]),
        ("Алёна ЁЖ", vec!["алена", "еж"]),
        ("ΝΊΚΟΣ Νίκος νικοσ", vec!["νικοσ", "νικοσ", "νικοσ"]),
        ("田中太郎 田中・太郎", vec!["田中太郎", "田中", "太郎"]),
        ("ﾔﾏﾀﾞ ヤマダ", vec!["ヤマタ", "ヤマタ"]),
        ("김 \u{1100}\u{1175}\u{11b7}", vec!["\u{1100}\u{1175}\u{11b7}", "\u{1100}\u{1175}\u{11b7}"]),
        ("राम\u{94d}या", vec!["रामया"]),
        ("שָׁלוֹם שלום مُحَمَّد محمد", vec!["שלום", "שלום", "محمد", "محمد"]),
        ("O'Brien O’Brien d\u{2bc}Arc", vec!["obrien", "obrien", "darc"]),
        ("می\u{200c}نا so\u{ad}ft", vec!["مینا", "soft"]),
        ("Ann🎉Lee 👩\u{200d}💻 ❤\u{fe0f}", vec!["ann", "lee"]),
        ("ann_b.c-d+e@x.org", vec!["ann", "b", "c", "d", "e", "x", "org"]),
        (" %_\\*?\"'--;🎉\0", vec![]),
    ] {
        assert_eq!(folded(text), words, "{text:?}");
    }
}

#[test]
fn every_character_folds_to_what_folds_to_itself() {
    for c in '\0'..=char::MAX {
        for word in folded(c.encode_utf8(&mut [0; 4])) {
            assert_eq!(folded(&word), [word.as_str()], "{c:?}");
        }
    }
}

/// Proves ORG-9 in part, for one text: names are found with one typo, and by their beginning while they are typed.
#[test]
fn names_are_found_loosely() {
    for (typed, how) in [
        ("johnson", Exactly),
        ("JÖHNSON", Exactly),
        ("ann", Exactly),
        ("an jo", Exactly),
        ("johnson ann", Exactly),
        ("j", Exactly),
        ("hns", Exactly),
        ("ohnson", Exactly),
        ("jonhson", Nearly),
        ("ojhnson", Nearly),
        ("johnsno", Nearly),
        ("johnsn", Nearly),
        ("johnso", Exactly),
        ("jhnson", Nearly),
        ("johhnson", Nearly),
        ("xjohnson", Nearly),
        ("johnsonx", Nearly),
        ("johnsen", Nearly),
        ("tohnson", Nearly),
        ("jonhs", Nearly),
        ("johsn", Nearly),
        ("jonhson ann", Nearly),
        ("jonhson anna", Nearly),
        ("jonhson bob", Not),
        ("johnson bob", Not),
        ("jonh", Not),
        ("jnohsno", Not),
        ("jansen", Not),
        ("hn", Not),
        ("amn", Not),
        ("annx", Nearly),
        ("nan", Not),
        ("johnsonsson", Not),
        ("annjohnson", Not),
    ] {
        assert_eq!(finds(typed, &["Ann Johnson"]), how, "{typed}");
    }
    assert_eq!(finds("jonh", &["John"]), Nearly);
    assert_eq!(finds("chrsitopher", &["Christopher"]), Nearly);
    assert_eq!(finds("chrsi", &["Christopher"]), Nearly);
    assert_eq!(finds("chrsotopher", &["Christopher"]), Not, "one typo and not two");
    assert_eq!(finds("müller", &["Mueller"]), Nearly);
    assert_eq!(finds("johnson", &["John", "Son"]), Not, "a word does not go on in the next text");
}

/// Proves ORG-9 in part, for usernames and addresses: every piece of one finds it, and all of it does.
#[test]
fn pieces_of_an_address_find_it() {
    let texts = ["Ann Example", "a.ex-42", "ann.example@example.org"];
    for (typed, how) in [
        ("example", Exactly),
        ("ann.ex", Exactly),
        ("ann.example@example.org", Exactly),
        ("@example.org", Exactly),
        ("EXAMPLE.ORG", Exactly),
        ("xampl", Exactly),
        ("a.ex-42", Exactly),
        ("42", Exactly),
        ("anm.exmaple@example.org", Not),
        ("ann.exmaple@exampel.org", Nearly),
        ("ann.example@example.net", Not),
    ] {
        assert_eq!(finds(typed, &texts), how, "{typed}");
    }
}

#[test]
fn one_or_two_characters_of_a_dense_script_are_found_anywhere() {
    for (text, typed, how) in [
        ("田中太郎", "太郎", Exactly),
        ("田中太郎", "郎", Exactly),
        ("田中太郎", "中太郎", Exactly),
        ("田中太郎", "田太", Not),
        ("田中太郎", "田中次郎", Nearly),
        ("クリスティーナ", "ティ", Exactly),
        ("クリスティーナ", "ｸﾘｽﾃｨ", Exactly),
        ("クリスティーナ", "クリティーナ", Nearly),
        ("김철수", "김", Exactly),
        ("김철수", "수", Exactly),
        ("김철수", "철수", Exactly),
        ("김철수", "김절수", Nearly),
        ("김철수", "박", Not),
        ("Anna", "nn", Not),
        ("社A", "社a", Exactly),
        ("B社A", "社a", Not),
    ] {
        assert_eq!(finds(typed, &[text]), how, "{typed} in {text}");
    }
}

/// Proves A90 in part: wildcards are characters like others and find nothing, and what is long is refused unread.
#[test]
fn hostile_queries_cost_nothing() {
    for nothing in ["", " ", "%", "_", "\\", "*", "\"", "%_\\", "\u{301}", "🎉", &"%".repeat(256)] {
        assert_eq!(Query::parse(nothing), Ok(None), "{nothing:?}");
    }
    assert_eq!(finds("%ann%", &["Ann"]), Exactly, "only the letters count");
    assert_eq!(finds("a%n", &["Ann"]), Not, "a and n are two words");
    for long in ["%".repeat(10_000), "x".repeat(257), "界".repeat(257)] {
        let fault = Query::parse(&long).unwrap_err();
        assert_eq!((fault.kind(), fault.code()), (Kind::Invalid, "search-too-long"));
    }
    assert!(Query::parse(&"界".repeat(256)).unwrap().is_some());

    assert!(Query::parse("a b c d e f g h").is_ok());
    let fault = Query::parse("a b c d e f g h i").unwrap_err();
    assert_eq!((fault.kind(), fault.code()), (Kind::Invalid, "search-too-many-words"));
    assert_eq!(Query::parse(&"Ann ann ".repeat(32)), Query::parse("ann"), "each word counts once");
}

/// Proves A90 in part: whatever is typed, a store is asked for a bounded number of tokens.
#[test]
fn a_plan_is_bounded() {
    let longest: Vec<String> = "abcdefgh".chars().map(|c| format!("{c}bcdefghijklmnopqrstuvwxyz01234")).collect();
    let query = query(&longest.join(" ")).near().unwrap();
    let plan = query.plan(tenant());
    assert_eq!(plan.words().len(), MAX_QUERY_WORDS);
    for any in plan.words() {
        assert!((1..=8).contains(&any.alternatives().len()), "{any:?}");
        assert!(any.alternatives().iter().all(|all| (1..=9).contains(&all.tokens().len())), "{any:?}");
    }
}

#[test]
fn a_plan_offers_few_in_vain() {
    for (typed, others) in [
        ("jonhson", &["John", "Jonathan", "Johanna", "Janssen", "Masonson"][..]),
        ("chrsitophersen", &["Christopher", "Christina", "Christensen", "Christ Andersen"]),
        ("johnson", &["Joseph Hanson", "Jonathan"]),
        ("jonh", &["Jo", "Joseph", "Jan", "Tonja"]),
    ] {
        let query = query(typed);
        for plan in [query.plan(tenant()), query.near().unwrap().plan(tenant())] {
            for other in others {
                assert!(!offered(&plan, &tokens(tenant(), [*other])), "{other} for {typed}");
            }
        }
    }
}

/// What an alternative finds, a stronger one need not be asked for.
#[test]
fn no_alternative_is_asked_in_vain() {
    for typed in ["anna", "aaaa", "aaaaaaaaaa", "johns", "jonhson", "christophersen"] {
        let plan = query(typed).near().unwrap().plan(tenant());
        let alternatives = plan.words()[0].alternatives();
        for (at, weaker) in alternatives.iter().enumerate() {
            for stronger in alternatives.iter().enumerate().filter(|(other, _)| *other != at).map(|(_, all)| all) {
                let asked = weaker.tokens().iter().all(|token| stronger.tokens().contains(token));
                assert!(!asked, "{typed}: {weaker:?} and {stronger:?}");
            }
        }
    }
}

/// A short word is never near another, so there is nothing to ask a second time.
#[test]
fn what_is_short_has_no_near_query() {
    assert_eq!(query("ann bo").near(), None);
    assert!(query("ann bob alan").near().is_some());
}

#[test]
fn no_two_tenants_share_a_token() {
    let other = TenantId::from_uuid(uuid::Uuid::from_u128(0x0197_c0de_0000_7000_8000_0000_0000_0002));
    let texts = ["Ann Johnson", "ann.johnson@example.org"];
    assert!(tokens(tenant(), texts).is_disjoint(&tokens(other, texts)));
}

/// Tokens are stored: if this test fails, what is stored is found no more until a migration has made all of it anew.
#[test]
fn tokens_stay_what_they_are() {
    let tokens: Vec<String> = tokens(tenant(), ["Ånna 界"]).iter().map(Token::to_string).collect();
    assert_eq!(
        tokens,
        [
            "859ca82f2d44ab80",
            "8d8d0f6f924b9e4c",
            "b14562bb63153909",
            "f637ca7514752bd1",
            "20eb362cb0a066f7",
            "35d9322eff941fcc",
            "78ad2c755e7f4ae5",
            "78ad2d755e7f4c98",
            "7ee96b24eb0aa43d"
        ]
    );
}

/// The least number of typos between two words (optimal string alignment, by the textbook).
fn typos(a: &[char], b: &[char]) -> usize {
    let mut rows = vec![vec![0; b.len() + 1]; a.len() + 1];
    for i in 0..=a.len() {
        for j in 0..=b.len() {
            rows[i][j] = if i == 0 || j == 0 {
                i + j
            } else {
                let wrong = rows[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]);
                let swap = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
                let swapped = if swap { rows[i - 2][j - 2] + 1 } else { usize::MAX };
                wrong.min(swapped).min(rows[i - 1][j] + 1).min(rows[i][j - 1] + 1)
            };
        }
    }
    rows[a.len()][b.len()]
}

/// What the table at the top of the module says, word for word.
fn finds_by_the_table(typed: &[char], word: &[char]) -> Finds {
    let exactly = match typed.len() {
        1 | 2 => word.starts_with(typed),
        _ => word.windows(typed.len()).any(|part| part == typed),
    };
    let lengths = typed.len().saturating_sub(1)..=word.len().min(typed.len() + 1);
    let nearly = match typed.len() {
        0..4 => false,
        4 => typos(typed, word) <= 1,
        _ => lengths.into_iter().any(|n| typos(typed, &word[..n]) <= 1),
    };
    Finds::of(exactly, nearly)
}

fn words_over(alphabet: &[char], longest: usize) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut from = 0;
    for _ in 0..longest {
        let to = words.len();
        for at in from..to {
            let longer: Vec<String> = alphabet.iter().map(|c| format!("{}{c}", words[at])).collect();
            words.extend(longer);
        }
        from = to;
    }
    words.split_off(1)
}

/// Every query over every word of few letters, where all the coincidences are: what is found is what the table says, and
/// the plan misses none of it.
#[test]
fn plans_miss_nothing_and_matches_keep_the_table() {
    for (alphabet, longest) in [(&['a', 'b'][..], 8), (&['a', 'b', 'c'][..], 5)] {
        let words = words_over(alphabet, longest);
        let texts: Vec<(&str, Vec<char>, BTreeSet<Token>)> = words
            .iter()
            .map(|word| (word.as_str(), word.chars().collect(), tokens(tenant(), [word.as_str()])))
            .collect();
        for typed in &words {
            let exact = query(typed);
            let plan = exact.plan(tenant());
            let near = exact.near().map(|near| (near.plan(tenant()), near));
            let letters: Vec<char> = typed.chars().collect();
            for (text, word, tokens) in &texts {
                let how = finds_by_the_table(&letters, word);
                assert_eq!(exact.matches(&[text]), how == Exactly, "{typed} in {text}");
                assert!(how != Exactly || offered(&plan, tokens), "{typed} in {text}");
                let Some((plan, near)) = &near else { continue };
                assert_eq!(near.matches(&[text]), how != Not, "{typed} near {text}");
                assert!(how == Not || offered(plan, tokens), "{typed} near {text}");
            }
        }
    }
}

/// One typo, at a place that is reduced to the length of the word.
#[derive(Debug, Clone, Copy)]
enum Typo {
    Wrong(usize, char),
    TooMany(usize, char),
    Missing(usize),
    Swapped(usize),
}

impl Typo {
    fn make(self, word: &str) -> String {
        let mut letters: Vec<char> = word.chars().collect();
        let n = letters.len();
        match self {
            Self::Wrong(at, c) => letters[at % n] = c,
            Self::TooMany(at, c) => letters.insert(at % (n + 1), c),
            Self::Missing(at) => drop(letters.remove(at % n)),
            Self::Swapped(at) => letters.swap(at % (n - 1), at % (n - 1) + 1),
        }
        letters.into_iter().collect()
    }
}

fn typo() -> impl Strategy<Value = Typo> {
    prop_oneof![
        (any::<usize>(), prop::char::range('a', 'd')).prop_map(|(at, c)| Typo::Wrong(at, c)),
        (any::<usize>(), prop::char::range('a', 'd')).prop_map(|(at, c)| Typo::TooMany(at, c)),
        any::<usize>().prop_map(Typo::Missing),
        any::<usize>().prop_map(Typo::Swapped),
    ]
}

/// Texts as people write them, and as they do not.
fn any_text() -> impl Strategy<Value = String> {
    prop_oneof![".{0,20}", "[aAäßﬀİ田가 '.]{1,12}", "[ab]{1,9}( [ab]{1,9}){0,2}"]
}

proptest! {
    /// For words of any length: with one typo they are found, and what continues them too.
    #[test]
    fn a_word_with_one_typo_is_found(word in "[a-e]{5,40}|[a-z]{4,40}", rest in "[a-c]{0,6}", typo in typo()) {
        let typed = typo.make(&word);
        prop_assume!(typed.len() >= MIN_NEAR);
        let near = query(&typed).near().unwrap();
        prop_assert!(found(&near, &["before", &word, "after"]));
        if typed.len() >= HEAD {
            let longer = word + &rest;
            prop_assert!(found(&near, &[&longer]));
        }
    }

    /// For any part of at least three letters of any word, and any beginning.
    #[test]
    fn a_part_is_found(before in "[a-z]{0,20}", part in "[a-c]{3,30}", after in "[a-z]{0,20}") {
        let (inside, begins) = (before + &part + &after, part.clone() + &after);
        prop_assert!(found(&query(&part), &["x", &inside]));
        prop_assert!(found(&query(&part[..1]), &["x", &begins]));
        prop_assert!(found(&query(&part[..2]), &["x", &begins]));
    }

    /// Whatever the texts: nothing that matches is missed by the plan (`found` asserts it), and a near query finds all
    /// that the exact one finds.
    #[test]
    fn plans_miss_nothing_of_any_text(texts in prop::collection::vec(any_text(), 0..4), typed in any_text()) {
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        let Ok(Some(exact)) = Query::parse(&typed) else { return Ok(()) };
        let exactly = found(&exact, &texts);
        if let Some(near) = exact.near() {
            prop_assert!(found(&near, &texts) || !exactly);
        }
    }

    /// A text finds itself, however its letters are composed and whatever their case.
    #[test]
    fn a_text_finds_itself(text in any_text()) {
        use unicode_normalization::UnicodeNormalization;
        for spelling in [text.clone(), text.nfc().collect(), text.nfd().collect(), text.nfkd().collect(), text.to_lowercase()] {
            let Ok(Some(query)) = Query::parse(&spelling) else { continue };
            prop_assert!(found(&query, &[&text]), "{spelling:?}");
        }
    }

    #[test]
    fn folding_twice_changes_nothing(text in any_text()) {
        let once = folded(&text);
        prop_assert_eq!(folded(&once.join(" ")), once);
    }
}
