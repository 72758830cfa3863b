//! Why somebody may do something, or why not.

use chrono::{DateTime, Utc};
use membership_core::{
    id::{DepartmentId, RoleId},
    role::{Grant, explain},
};
use poem_openapi::{Enum, Object};
use uuid::Uuid;

use super::NamedRole;

/// Why somebody may, or why not.
#[derive(Object)]
pub(crate) struct AccessExplanation {
    /// Whether it is allowed.
    allowed: bool,
    /// Why it is.
    #[oai(skip_serializing_if_is_none)]
    because: Option<Because>,
    /// Why it is not: the nearest fact that is missing.
    #[oai(skip_serializing_if_is_none)]
    missing: Option<MissingFact>,
}

/// Why somebody may: of all that gives the permission what lasts longest.
#[derive(Object)]
struct Because {
    /// The role that the member was given,
    #[oai(skip_serializing_if_is_none)]
    role: Option<Uuid>,
    /// or the single permission.
    #[oai(skip_serializing_if_is_none)]
    permission: Option<String>,
    /// The department for which, and for all below it, it was given; absent if it is for the whole tenant.
    #[oai(skip_serializing_if_is_none)]
    department: Option<Uuid>,
    /// Until when; absent if it is for good.
    #[oai(skip_serializing_if_is_none)]
    until: Option<DateTime<Utc>>,
    /// By name: from that role through those it includes to the one that allows it by itself.
    through: Vec<String>,
}

/// Why somebody may not.
#[derive(Object)]
struct MissingFact {
    /// What is missing.
    fact: Fact,
    /// For `standing`: what is the matter, as the code of the problem that the member meets.
    #[oai(skip_serializing_if_is_none)]
    code: Option<String>,
    /// For `ended` and `elsewhere`: the role that the member was given,
    #[oai(skip_serializing_if_is_none)]
    role: Option<Uuid>,
    /// or the single permission.
    #[oai(skip_serializing_if_is_none)]
    permission: Option<String>,
    /// For `ended`: when that was over.
    #[oai(skip_serializing_if_is_none)]
    ended_at: Option<DateTime<Utc>>,
    /// For `elsewhere`: the department for which, and for all below it, that was given.
    #[oai(skip_serializing_if_is_none)]
    department: Option<Uuid>,
    /// For `grant`: the roles that would give it.
    #[oai(skip_serializing_if_is_none)]
    roles: Option<Vec<NamedRole>>,
}

/// What is missing for somebody to be allowed something.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[oai(rename_all = "kebab-case")]
enum Fact {
    /// No application of the tenant has such a permission.
    Permission,
    /// There is no such member.
    Member,
    /// The member holds what gives it, and has not joined, is shut out, or the tenant is closed.
    Standing,
    /// The member had what gives it, until its end.
    Ended,
    /// The member holds what gives it for other departments than the one that is asked about, or for some where nothing is
    /// said of any.
    Elsewhere,
    /// The member holds nothing that gives it.
    Grant,
}

/// A grant as the role that it is or as the single permission.
fn told(grant: Grant) -> (Option<Uuid>, Option<String>) {
    match grant {
        Grant::Role(role) => (Some(role.as_uuid()), None),
        Grant::Permission(permission) => (None, Some(permission.to_string())),
    }
}

impl From<explain::Explanation> for AccessExplanation {
    fn from(explanation: explain::Explanation) -> Self {
        match explanation {
            explain::Explanation::Allowed(reason) => {
                Self { allowed: true, because: Some(reason.into()), missing: None }
            }
            explain::Explanation::Refused(missing) => {
                Self { allowed: false, because: None, missing: Some(missing.into()) }
            }
        }
    }
}

impl From<explain::Reason> for Because {
    fn from(reason: explain::Reason) -> Self {
        let (role, permission) = told(reason.grant);
        let department = reason.within.map(DepartmentId::as_uuid);
        Self { role, permission, department, until: reason.until, through: reason.through }
    }
}

impl From<explain::Missing> for MissingFact {
    fn from(missing: explain::Missing) -> Self {
        use membership_core::refusal::Refusal as _;
        let nothing = Self {
            fact: Fact::Grant,
            code: None,
            role: None,
            permission: None,
            ended_at: None,
            department: None,
            roles: None,
        };
        let only = |fact| Self { fact, ..nothing };
        match missing {
            explain::Missing::Permission => only(Fact::Permission),
            explain::Missing::Member => only(Fact::Member),
            explain::Missing::Standing(denied) => Self { code: Some(denied.code().to_owned()), ..only(Fact::Standing) },
            explain::Missing::Ended { grant, at } => {
                let (role, permission) = told(grant);
                Self { role, permission, ended_at: Some(at), ..only(Fact::Ended) }
            }
            explain::Missing::Elsewhere { grant, within } => {
                let (role, permission) = told(grant);
                Self { role, permission, department: Some(within.as_uuid()), ..only(Fact::Elsewhere) }
            }
            explain::Missing::Grant { roles } => {
                let named = |(id, name): (RoleId, String)| NamedRole::new(id, name);
                Self { roles: Some(roles.into_iter().map(named).collect()), ..only(Fact::Grant) }
            }
        }
    }
}
