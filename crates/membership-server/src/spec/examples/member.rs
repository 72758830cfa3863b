//! Of members: who they are, what becomes of them, what is asked of people.

use serde_json::{Value, json};

use super::{
    DEPARTMENT, EVENING, MEMBER, MORNING, OTHER_MEMBER, PASSWORD, ROLE, TRANSFER, invitation, joined, not_joined,
};
use crate::spec::set;

const LATER: &str = "2036-03-02T09:00:00+00:00";
const KIND: &str = "workspace:files";

pub(super) fn request(id: &str) -> Option<Value> {
    Some(match id {
        "invite" => json!({
            "people": [
                { "name": "Ann Example", "via": "mail", "email": "ann@example.org", "language": "pt-BR" },
                {
                    "name": "Bob Example", "via": "mail", "email": "bob@example.org", "roles": [ROLE],
                    "assignments": [{ "permission": "workspace:reports.export", "until": LATER }],
                    "departments": [DEPARTMENT],
                },
            ],
            "roles": [ROLE],
            "assignments": [{ "permission": "workspace:reports.export", "department": DEPARTMENT }],
            "departments": [DEPARTMENT],
            "send": "now",
            "validity_seconds": 259_200,
        }),
        "addMember" => json!({
            "name": "Ann Example", "username": "ann", "password": PASSWORD, "email": "ann@example.org",
            "language": "de", "roles": [ROLE],
            "assignments": [{ "permission": "workspace:reports.export", "department": DEPARTMENT, "until": LATER }],
            "departments": [DEPARTMENT],
        }),
        "editMember" => json!({
            "name": "Ann Example", "email": "ann@example.org", "language": "de", "roles": [ROLE],
            "assignments": [{ "permission": "workspace:reports.export", "department": DEPARTMENT, "until": LATER }],
            "departments": [DEPARTMENT],
        }),
        "changeManyMembers" => json!({
            "members": [MEMBER], "action": "remove", "heir": OTHER_MEMBER, "heirs": { KIND: OTHER_MEMBER },
        }),
        "removeMember" | "leaveTenant" | "nameHeirs" => {
            json!({ "heir": OTHER_MEMBER, "heirs": { KIND: OTHER_MEMBER } })
        }
        "openLeaving" | "leaveByLink" => json!({ "token": "mbl_the-last-part-of-the-link" }),
        _ => return None,
    })
}

pub(super) fn answer(id: &str) -> Option<Value> {
    Some(match id {
        "listMembers" => json!({ "members": [listed()], "next_cursor": "AZfA3gAAcACAAAAAAAAAAg", "near": false }),
        "getMember" => details(),
        "addMember" | "enableMember" | "editMember" => joined(),
        "disableMember" => {
            let mut member = joined();
            set(&mut member, "status", json!("disabled"));
            set(&mut member, "disabled_at", json!(LATER));
            set(&mut member, "time", json!(LATER));
            member
        }
        "invite" => json!({ "invited": [{ "member": not_joined(), "invitation": invitation() }] }),
        "sendInvitation" | "resendInvitation" | "reinviteMember" => json!({ "invitation": invitation() }),
        "changeManyMembers" => json!({
            "results": [
                { "member": MEMBER, "ok": true, "transfer": TRANSFER },
                {
                    "member": OTHER_MEMBER, "ok": false,
                    "problem": {
                        "status": 404, "code": "member-unknown", "title": "Member unknown",
                        "detail": "there is no such member in this tenant", "advice": "look it up in the list of members",
                    },
                },
            ],
        }),
        "getHoldings" => json!({ "holdings": [{ "kind": KIND, "name": "Files", "count": 12 }] }),
        "removeMember" | "leaveTenant" | "leaveByLink" => json!({ "member": removed(), "transfer": transfer() }),
        "openLeaving" => {
            json!({ "tenant": "Example Ltd", "name": "Ann Example", "status": "enabled", "can_leave": true })
        }
        "listTransfers" => json!({ "transfers": [transfer()] }),
        "nameHeirs" => transfer(),
        _ => return None,
    })
}

fn listed() -> Value {
    let mut invitation = invitation();
    set(&mut invitation, "stage_label", json!({ "word": "Waiting to join", "tone": "amber" }));
    set(&mut invitation, "roles_changed", json!(false));
    let mut member = not_joined();
    set(&mut member, "status_label", json!({ "word": "To be added", "tone": "amber" }));
    set(&mut member, "time", json!(MORNING));
    set(&mut member, "second_factors", json!([]));
    set(&mut member, "invitation", invitation);
    member
}

fn details() -> Value {
    let mut member = joined();
    set(&mut member, "username", json!("ann"));
    set(&mut member, "creator", json!(OTHER_MEMBER));
    set(&mut member, "status_label", json!({ "word": "Enabled", "tone": "green" }));
    set(&mut member, "second_factors", json!(["app"]));
    set(&mut member, "role_names", json!(["Member"]));
    set(&mut member, "creator_name", json!("Root"));
    set(&mut member, "last_signed_in_at", json!(EVENING));
    set(&mut member, "invitation_email", json!("ann@example.org"));
    set(&mut member, "held", json!(false));
    member
}

fn removed() -> Value {
    let mut member = joined();
    set(&mut member, "status", json!("removed"));
    set(&mut member, "assignments", json!([]));
    set(&mut member, "roles", json!([]));
    set(&mut member, "departments", json!([]));
    set(&mut member, "removed_at", json!(LATER));
    set(&mut member, "time", json!(LATER));
    member
}

fn transfer() -> Value {
    json!({
        "id": TRANSFER, "member": MEMBER, "heir": OTHER_MEMBER, "begun_at": LATER, "attempts": 1, "due_at": LATER,
        "trouble": "it is not known at this moment what the member holds: workspace does not answer",
        "shares": [{ "kind": KIND, "name": "Files", "count": 12, "heir": OTHER_MEMBER }],
    })
}
