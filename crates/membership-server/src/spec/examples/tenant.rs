//! Of tenants: their rules, their roles, what somebody may do, who represents them.

use serde_json::{Value, json};

use super::{
    ACCOUNT, DEPARTMENT, INVITATION, MEMBER, MORNING, OTHER_MEMBER, REQUEST, ROLE, TENANT, THREE_DAYS_LATER, TOP,
    invitation, joined, not_joined, tenant,
};
use crate::spec::set;

pub(super) fn request(id: &str) -> Option<Value> {
    Some(match id {
        "createTenant" => json!({
            "name": "Example Ltd",
            "administrator": { "name": "Ann Example", "via": "mail", "email": "ann@example.org" },
            "preset": "organization",
            "parent": TOP,
        }),
        "planPolicy" => json!({ "policy": policy() }),
        "changePolicy" => json!({ "policy": policy(), "plan": plan() }),
        "defineRole" | "editRole" => {
            json!({ "name": "Reporter", "permissions": ["workspace:reports.export"], "includes": [ROLE] })
        }
        "checkMany" => json!({
            "questions": [
                { "permission": "workspace:reports.export" },
                { "member": MEMBER, "permission": "membership:members.manage", "department": DEPARTMENT },
            ],
        }),
        "editTenant" => json!({ "name": "Example Ltd", "colour": "#1f6feb", "logo": null }),
        "nominate" => json!({ "member": OTHER_MEMBER }),
        "readdressRepresentative" => json!({ "email": "ann@example.org" }),
        _ => return None,
    })
}

pub(super) fn answer(id: &str) -> Option<Value> {
    Some(match id {
        "createTenant" => {
            let mut tenant = tenant();
            set(&mut tenant, "status", json!("setting-up"));
            json!({ "tenant": tenant, "administrator": not_joined(), "invitation": invitation() })
        }
        "getTenant" => seen(),
        "suspendTenant" => {
            let mut tenant = tenant();
            set(&mut tenant, "status", json!("suspended"));
            tenant
        }
        "editTenant" | "resumeTenant" => tenant(),
        "listPresets" => json!({ "presets": [preset()] }),
        "getPolicy" | "changePolicy" => policy(),
        "planPolicy" => json!({
            "before": policy(), "after": policy(), "count": 1,
            "touched": [{ "member": MEMBER, "name": "Ann Example", "how": "link-not-allowed" }], "plan": plan(),
        }),
        "listApplications" => json!({ "applications": [application()] }),
        "getAuthority" => json!({
            "roles": [{ "id": ROLE, "name": "Member" }],
            "applications": [{
                "key": "workspace", "name": "Workspace",
                "permissions": [{ "permission": "workspace:tasks.view", "name": "See tasks", "roles": [ROLE] }],
            }],
        }),
        "listRoles" => json!({ "roles": [role()] }),
        "defineRole" | "getRole" | "editRole" => role(),
        "check" => json!({ "allowed": true }),
        "checkMany" => json!({ "answers": [true, false] }),
        "explain" => json!({ "allowed": true, "because": { "role": ROLE, "through": ["Member manager", "Member"] } }),
        "listWhoMay" => json!({ "members": [joined()] }),
        "getRepresentative" | "acceptNomination" => representative(),
        "listCandidates" => json!({ "candidates": [joined()] }),
        "nominate" | "getNomination" => nomination("waiting"),
        "withdrawNomination" => nomination("withdrawn"),
        "declineNomination" => nomination("declined"),
        "readdressRepresentative" => json!({ "member": not_joined(), "invitation": invitation() }),
        "readAudit" => json!({ "records": [record()], "next_cursor": "AAAAAAAAAAE" }),
        _ => return None,
    })
}

fn seen() -> Value {
    json!({
        "tenant": tenant(), "member": MEMBER, "representative": false, "permissions": ["membership:members.read"],
        "limited_permissions": [{ "department": DEPARTMENT, "permissions": ["membership:members.manage"] }],
        "lineage": [
            { "id": TOP, "name": "Example Holding", "member": false },
            { "id": TENANT, "name": "Example Ltd", "member": true },
        ],
        "words": {
            "member": { "enabled": { "word": "Enabled", "tone": "green" } },
            "invitation": { "invited": { "word": "Invited", "tone": "amber" } },
        },
    })
}

fn preset() -> Value {
    json!({
        "name": "organization", "summary": "People who work together in one workspace",
        "applications": [application()], "administrator": "Administrator",
        "roles": [{ "name": "Member", "permissions": ["workspace:tasks.view"], "includes": [] }], "policy": policy(),
    })
}

fn policy() -> Value {
    json!({
        "existing_account": "consent", "invitation_validity_seconds": 259_200, "enrolment_window_seconds": 86_400,
        "max_people_per_call": 10, "send": "now", "reinvite_after": ["rejected", "revoked", "expired"],
        "links_allowed": true, "alphabet": "ascii", "allowed_domains": ["example.org"], "disable_before_remove": false,
        "second_factor": { "required": true, "kinds": ["app"] },
        "words": { "member": { "not-joined": { "word": "To be added", "tone": "amber" } }, "invitation": {} },
    })
}

fn plan() -> String {
    "9f".repeat(32)
}

fn application() -> Value {
    json!({
        "key": "workspace", "name": "Workspace",
        "permissions": [{ "permission": "workspace:tasks.view", "name": "See tasks" }],
    })
}

fn role() -> Value {
    json!({
        "id": ROLE, "name": "Member", "permissions": ["membership:members.read"], "includes": [],
        "administrator": false, "changed_at": MORNING,
    })
}

fn representative() -> Value {
    let mut member = joined();
    set(&mut member, "representative", json!(true));
    member
}

fn nomination(answer: &str) -> Value {
    let mut nomination = json!({
        "id": INVITATION, "nominator": MEMBER, "nominee": OTHER_MEMBER, "made_at": MORNING,
        "expires_at": THREE_DAYS_LATER, "answer": answer,
    });
    if answer != "waiting" {
        set(&mut nomination, "answered_at", json!(MORNING));
    }
    nomination
}

fn record() -> Value {
    json!({
        "revision": 1, "at": MORNING, "actor": format!("account:{ACCOUNT}"), "request": REQUEST,
        "name": "tenant.created", "object": TENANT, "body": {}, "hash": "9f".repeat(32),
    })
}
