use super::*;
use crate::role::Permission;

const GOOD: &str = r#"name = "acme"
summary = "What Acme's tenants start with"
administrator = "Chief"

[[applications]]
key = "media"
name = "Media library"

[applications.permissions]
videos.view = "Watch videos"
videos.delete = "Delete videos"
"playlists.edit" = "Edit playlists"

[[applications]]
key = "empty"
name = "Nothing to allow yet"

[[roles]]
name = "Editor"
include = ["Visitor"]
permissions = ["media:*", "membership:members.read"]

[[roles]]
name = "Visitor"
permissions = ["media:videos.view"]

[policy]
invitation_validity = "90m"
enrolment_window = "7200s"
max_people_per_call = 100
alphabet = "international"
allowed_domains = [
    "Müller.example",
    "example.org",
    "EXAMPLE.org",
]

[policy.words.member]
enabled = { word = "In", tone = "green" }
"#;

/// Reads the good preset with `from` replaced by `to`: each thing wrong in it, a line each.
fn faults(from: &str, to: &str) -> Vec<String> {
    assert_eq!(GOOD.matches(from).count(), 1, "{from}");
    let error = Preset::parse("presets/acme.toml", &GOOD.replace(from, to)).unwrap_err();
    error.to_string().lines().map(str::to_owned).collect()
}

#[track_caller]
fn refused(from: &str, to: &str, fault: &str) {
    assert_eq!(faults(from, to), [format!("presets/acme.toml:{fault}")]);
}

#[test]
fn a_good_preset_is_what_it_says() {
    let preset = Preset::parse("presets/acme.toml", GOOD).unwrap();
    let keys: Vec<_> = preset.applications.iter().map(|application| application.key.as_str()).collect();
    assert_eq!(keys, ["membership", "media", "empty"]);
    let own = preset.applications[0].permissions.iter().map(|named| named.permission.clone());
    assert_eq!(own.collect::<Vec<_>>(), Permission::OWN);
    let media = preset.applications[1].permissions.iter().map(|named| (named.permission.as_str(), named.name.as_str()));
    let in_order = [
        ("media:videos.view", "Watch videos"),
        ("media:videos.delete", "Delete videos"),
        ("media:playlists.edit", "Edit playlists"),
    ];
    assert_eq!(media.collect::<Vec<_>>(), in_order);
    let editor: Vec<_> = preset.roles[0].permissions.iter().map(Permission::as_str).collect();
    assert_eq!(editor, ["media:playlists.edit", "media:videos.delete", "media:videos.view", "membership:members.read"]);
    assert_eq!(preset.roles[0].includes, [preset.roles[1].name.clone()]);
    assert_eq!(preset.policy.invitation_validity.as_secs(), 5_400);
    assert_eq!(preset.policy.enrolment_window.as_secs(), 7_200);
    assert_eq!(preset.policy.allowed_domains, ["example.org", "xn--mller-kva.example"], "canonical, and each once");
    assert_eq!(preset.policy.send, Policy::default().send, "what is not there is as ever");
}

#[test]
fn a_preset_of_nothing_but_its_name_is_one() {
    let preset =
        Preset::parse("bare", "name = 'bare'\nsummary = 'Members, and no more'\nadministrator = 'Chief'").unwrap();
    assert_eq!((preset.roles.len(), preset.applications.len(), preset.policy), (0, 1, Policy::default()));
}

#[test]
fn what_is_not_toml_is_refused() {
    refused(r#"name = "acme""#, "name = acme", "1:8: string values must be quoted, expected literal string");
    refused("[policy]", "[policy", "27:8: unclosed table, expected `]`");
    refused("[policy]", "[policy]\nmax_people_per_call = 3", "31:1: duplicate key");
    refused("videos.delete = ", "videos.view = ", "11:8: duplicate key");
    let all = faults(r#"name = "acme""#, "name = acme\n = 3");
    assert_eq!(all.len(), 2, "{all:?}");
    assert!(all[1].starts_with("presets/acme.toml:2:2: "), "{all:?}");
}

#[test]
fn what_has_no_meaning_or_is_missing_is_refused() {
    let preset = "expected one of `name`, `summary`, `administrator`, `applications`, `roles`, `policy`";
    refused("summary = ", "sumary = ", &format!("2:1: unknown field `sumary`, {preset}"));
    let role = "expected one of `name`, `permissions`, `include`";
    refused("include = [", "includes = [", &format!("20:1: unknown field `includes`, {role}"));
    refused(r#""green""#, r#""green", colour = 3"#, "39:42: unknown field `colour`, expected `word` or `tone`");
    refused(
        "\nenabled = {",
        "\nenabeld = {",
        "39:1: unknown variant `enabeld`, expected one of `not-joined`, `enabled`, `disabled`, `removed`",
    );
    refused(r#""international""#, r#""any""#, "31:12: unknown variant `any`, expected `ascii` or `international`");
    refused(r#""90m""#, "90", "28:23: invalid type: integer `90`, expected a string");
    refused("administrator = \"Chief\"\n", "", "1:1: missing field `administrator`");
    refused("key = \"media\"\n", "", "5:1: missing field `key`");
    refused("name = \"Editor\"\n", "", "18:1: missing field `name`");
}

#[test]
fn bad_names_are_refused() {
    let form =
        "is not the name of a preset; expected at most 64 of the letters a-z, digits and hyphens, a letter first";
    for name in ["", "Acme", "9lives", "a b", "../acme"] {
        refused("\"acme\"", &format!("{name:?}"), &format!("1:8: {name:?} {form}"));
    }
    let long = "a".repeat(65);
    refused("\"acme\"", &format!("{long:?}"), &format!("1:8: {long:?} {form}"));
    refused("\"What Acme's tenants start with\"", "''", "2:11: the summary is one line of 1 to 300 characters");
    let empty = "the name is empty; expected 1 to 100 characters";
    refused("\"Chief\"", "\"\"", &format!("3:17: {empty}"));
    refused("\"Media library\"", "\" \"", &format!("7:8: {empty}"));
    refused("\"Delete videos\"", "\"\"", &format!("11:17: {empty}"));
    refused("\"In\"", "\"\"", &format!("39:20: {empty}"));
    let seen = "the name has a line break or a character that cannot be seen";
    refused("\"Watch videos\"", "\"Watch\\nvideos\"", &format!("10:15: {seen}"));
}

#[test]
fn bad_applications_are_refused() {
    let letters = "lower-case letters, digits, dots, hyphens and underscores";
    refused(
        "\"empty\"",
        "\"Not empty\"",
        &format!("15:7: \"Not empty\" is not the key of an application; expected {letters}"),
    );
    refused(
        "\"empty\"",
        "\"membership\"",
        "15:7: the key membership is taken by member management itself, which every tenant has",
    );
    refused("\"empty\"", "\"media\"", "15:7: there are two applications with the key media, the first in line 6");
    refused(
        "\"playlists.edit\"",
        "playlists.Edit",
        &format!("12:11: \"playlists.Edit\" is not a permission; expected object.action in {letters}"),
    );
    refused(
        "\"playlists.edit\"",
        "\"videos.view\"",
        "12:1: the permission media:videos.view is there twice, first in line 10",
    );
    refused(
        "\"Edit playlists\"",
        "7",
        "12:20: invalid type: integer `7`, expected what people call the permission, such as \"Watch videos\"",
    );
}

#[test]
fn a_role_names_permissions_that_there_are() {
    let media = "expected one of media:videos.view, media:videos.delete, media:playlists.edit, media:*";
    refused(
        "media:*",
        "media:videos.delte",
        &format!("21:16: role \"Editor\" names the permission media:videos.delte, which no application has; {media}"),
    );
    refused(
        "media:*",
        "empty:x",
        "21:16: role \"Editor\" names the permission empty:x, which no application has; expected one of empty:*",
    );
    let applications = "there is no application \"medai\"; expected one of membership, media, empty";
    for text in ["medai:*", "medai:videos.view"] {
        refused("media:*", text, &format!("21:16: role \"Editor\" names the permission {text}, but {applications}"));
    }
    for text in ["media", "media:videos.*", "*", "Media:videos.view", "a:b:c"] {
        let form = "a permission is written application:object.action in lower-case letters, digits, dots, hyphens and \
                    underscores, or application:* for all of an application";
        refused("media:*", text, &format!("21:16: role \"Editor\" names the permission {text}; {form}"));
    }
    let both = faults("[\"media:*\", \"membership:members.read\"]", "[\"media:a\",\n\"media:*\", \"media:b\"]");
    assert_eq!(both.len(), 2, "{both:?}");
    assert!(both[0].starts_with("presets/acme.toml:21:16: ") && both[1].starts_with("presets/acme.toml:22:12: "));
}

#[test]
fn roles_have_names_of_their_own() {
    let second = "\n[[roles]]\nname = \" Visitor \"\n\n[policy]";
    refused("\n[policy]", second, "28:8: there are two roles called \"Visitor\", the first in line 24");
    let chief = "\n[[roles]]\nname = \"Chief\"\n\n[policy]";
    refused("\n[policy]", chief, "28:8: role \"Chief\" has the name of the administrator's role");
}

#[test]
fn a_role_includes_roles_that_there_are_and_never_itself() {
    let known = "expected one of Chief, Editor, Visitor";
    for (toml, shown) in [("\"Vistor\"", "\"Vistor\""), ("\"\"", "\"\"")] {
        refused(
            "[\"Visitor\"]",
            &format!("[{toml}]"),
            &format!("20:12: role \"Editor\" includes {shown}, which is no role of this preset; {known}"),
        );
    }
    refused("[\"Visitor\"]", "[\"Editor\"]", "20:12: roles include each other in a circle: \"Editor\" > \"Editor\"");
    refused(
        "name = \"Visitor\"",
        "name = \"Visitor\"\ninclude = [\"Editor\"]",
        "20:12: roles include each other in a circle: \"Editor\" > \"Visitor\" > \"Editor\"",
    );
    // Two circles, each told once; the role that only leads into one is not in it.
    let roles = [("A", "'B'"), ("B", "'C'"), ("C", "'D', 'B'"), ("D", "'D'")];
    let roles = roles.map(|(name, include)| format!("[[roles]]\nname = '{name}'\ninclude = [{include}]\n\n"));
    let all = faults("[policy]", &format!("{}[policy]", roles.concat()));
    let circle = "roles include each other in a circle:";
    assert_eq!(
        all,
        [
            format!("presets/acme.toml:33:12: {circle} \"B\" > \"C\" > \"B\""),
            format!("presets/acme.toml:41:12: {circle} \"D\" > \"D\""),
        ]
    );
}

/// Proves X-6 in part: a preset sets validities within 1 h..30 d, and none beyond.
#[test]
fn rules_are_within_their_ranges() {
    for (text, secs) in [("60m", 3_600), ("1h", 3_600), ("30d", 2_592_000), ("720h", 2_592_000)] {
        let preset = Preset::parse("acme", &GOOD.replace("90m", text)).unwrap();
        assert_eq!(preset.policy.invitation_validity.as_secs(), secs, "{text}");
    }
    let range = "a link is valid for at least 1 hour and at most 30 days";
    for text in ["0s", "3599s", "59m", "2592001s", "31d", "99999999999d"] {
        refused("90m", text, &format!("28:23: {range}"));
        refused("7200s", text, &format!("29:20: {range}"));
    }
    for text in ["", "90", "d", "1h 30m", "+5d", "5D", "1.5h", "3w"] {
        let form = "is not a time; expected a number and s, m, h or d, such as 72h";
        refused("90m", text, &format!("28:23: {text:?} {form}"));
    }
    for people in ["0", "-1", "101", "300"] {
        let range = "at least 1 and at most 100 people can be invited at once";
        refused("call = 100", &format!("call = {people}"), &format!("30:23: {range}"));
    }
    for (from, line) in [("Müller.example", 33), ("EXAMPLE.org", 35)] {
        refused(from, "a b", &format!("{line}:5: a b is not an internet domain such as example.org"));
    }
}

#[test]
fn everything_wrong_is_told_at_once_from_top_to_bottom() {
    let text = GOOD.replace("\"acme\"", "\"Acme\"").replace("\"empty\"", "\"media\"").replace("[\"Visitor\"]", "['X']");
    let text = text.replace("90m", "1m").replace("call = 100", "call = 0").replace("\"example.org\"", "\"x\"");
    let Err(PresetError::Faulty(faults)) = Preset::parse("acme", &text) else { panic!("it was read") };
    let lines: Vec<_> = faults.iter().map(|fault| (fault.line, fault.column)).collect();
    assert_eq!(lines, [(1, 8), (15, 7), (20, 12), (28, 23), (30, 23), (34, 5)]);
}

#[test]
fn columns_count_characters() {
    refused("word = \"In\"", "word = \"Üñ\", a = 1", "39:26: unknown field `a`, expected `word` or `tone`");
}

#[test]
fn a_file_is_called_as_its_preset_is() {
    let good = || ("/etc/x/acme.toml", GOOD.to_owned());
    assert_eq!(Preset::all_from([good()]).unwrap().len(), 1);
    let other = ("/etc/x/other.toml", GOOD.replace("\"In\"", "\"\""));
    let wrong = ("/etc/x/wrong.toml", GOOD.to_owned());
    let error = Preset::all_from([wrong, good(), other]).unwrap_err();
    assert_eq!(
        error.to_string().lines().collect::<Vec<_>>(),
        [
            "/etc/x/wrong.toml:1:8: preset acme is in a file called wrong; expected acme.toml",
            "/etc/x/other.toml:39:20: the name is empty; expected 1 to 100 characters",
        ]
    );
}

#[test]
fn what_ships_can_be_added_to_and_replaced() {
    let own = || Preset::parse("acme", GOOD).unwrap();
    let presets = Presets::shipped("acme", [own()]).unwrap();
    assert_eq!(presets.standard().name, "acme");
    let names: Vec<_> = presets.names().collect();
    assert_eq!(names, ["acme", "livestream-account", "organization", "portal-tenant", "streaming-app"]);
    let replaced = Presets::shipped("organization", [Preset { name: "organization".into(), ..own() }]).unwrap();
    assert_eq!(replaced.standard().administrator, own().administrator);
    assert_eq!(
        Presets::shipped("acme", []).unwrap_err().to_string(),
        "there is no preset acme; expected one of livestream-account, organization, portal-tenant, streaming-app"
    );
}
