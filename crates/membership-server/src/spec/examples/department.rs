//! Of departments.

use serde_json::{Value, json};

use super::{DEPARTMENT, MEMBER, MORNING, OTHER_DEPARTMENT, OTHER_MEMBER, ROLE};
use crate::spec::set;

/// The first department of a tenant.
const FIRST: &str = "0197c0de-0000-7000-8000-00000000000f";
/// A department directly below the other one.
const BELOW: &str = "0197c0de-0000-7000-8000-00000000000e";

pub(super) fn request(id: &str) -> Option<Value> {
    Some(match id {
        "createDepartment" => json!({ "name": "Sales", "parent": OTHER_DEPARTMENT, "before": BELOW }),
        "renameDepartment" => json!({ "name": "Sales" }),
        "moveDepartment" => json!({ "parent": OTHER_DEPARTMENT, "before": BELOW }),
        "planDissolution" => json!({ "into": OTHER_DEPARTMENT }),
        "dissolveDepartment" => json!({ "into": OTHER_DEPARTMENT, "digest": digest() }),
        _ => return None,
    })
}

pub(super) fn answer(id: &str) -> Option<Value> {
    Some(match id {
        "listDepartments" => {
            json!({ "departments": [counted(department(OTHER_DEPARTMENT, "Trade"), 2), counted(sales(), 3)] })
        }
        "getDepartment" => counted(sales(), 3),
        "createDepartment" | "renameDepartment" | "moveDepartment" => sales(),
        "planDissolution" | "dissolveDepartment" => json!({
            "department": sales(), "into": department(OTHER_DEPARTMENT, "Trade"), "below": [], "digest": digest(),
            "people": [{ "member": MEMBER, "name": "Ann Example", "from": [DEPARTMENT], "to": [OTHER_DEPARTMENT] }],
            "ended": [{
                "member": OTHER_MEMBER, "name": "Bob Example", "assignments": [{ "role": ROLE, "department": DEPARTMENT }],
            }],
        }),
        _ => return None,
    })
}

fn sales() -> Value {
    let mut sales = department(DEPARTMENT, "Sales");
    set(&mut sales, "parent", json!(OTHER_DEPARTMENT));
    sales
}

fn department(id: &str, name: &str) -> Value {
    json!({ "id": id, "name": name, "parent": FIRST, "created_at": MORNING })
}

fn counted(mut department: Value, depth: u32) -> Value {
    set(&mut department, "depth", json!(depth));
    set(&mut department, "members", json!(3));
    set(&mut department, "people", json!(12));
    department
}

fn digest() -> &'static str {
    "q5o2nVZ0c1RJX9x0mFQm6h1d3yqkV0p7m2uJk8bT4wE"
}
