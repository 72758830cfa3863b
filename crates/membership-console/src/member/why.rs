//! Why may this person do that, or why not: the shortest reason.

use askama::{Template, filters::HtmlSafe};
use membership_core::{
    ViewError,
    refusal::Refusal,
    role::{
        Grant, Permission,
        explain::{Explanation, Missing},
    },
};
use membership_web::{Edge, Visitor};
use serde::Deserialize;

use super::{About, name_of};
use crate::{
    department::path_of,
    moment::Moment,
    words::{isolated, sentence},
};

/// The question, as the address says it.
#[derive(Deserialize)]
pub(super) struct Asked {
    #[serde(default)]
    may: String,
}

/// The question and its answer.
#[derive(Template)]
#[template(path = "member/why.html")]
pub(super) struct Why {
    path: String,
    asked: String,
    /// Each application with its permissions: the permission, and what people call it.
    applications: Vec<(String, Vec<(String, String)>)>,
    answer: Option<Answer>,
}

/// Whether the person may, and because of what.
struct Answer {
    may: bool,
    because: String,
    until: Option<Moment>,
}

impl HtmlSafe for Why {}

/// The question about the member, with its answer if it was asked.
pub(super) async fn of(edge: &Edge, visitor: &Visitor, about: &About, asked: Asked) -> Result<Why, ViewError> {
    let applications = about.admin.grants.catalogue().applications().iter().map(|application| {
        let permissions = application.permissions.iter();
        let permissions = permissions.map(|named| (named.permission.to_string(), named.name.to_string()));
        (application.name.to_string(), permissions.collect())
    });
    let applications = applications.collect();
    let answer = match Permission::parse(&asked.may) {
        Ok(permission) => {
            let primary = about.details.row.member.departments.primary();
            let tenant = about.admin.tenant.id;
            let said = edge.membership().explain(&visitor.context, tenant, Some(about.id()), &permission, None).await?;
            // What is held for some departments only is asked again for the person's own.
            let said = match (said, primary) {
                (Explanation::Refused(Missing::Elsewhere { .. }), Some(own)) => {
                    edge.membership()
                        .explain(&visitor.context, tenant, Some(about.id()), &permission, Some(own))
                        .await?
                }
                (said, _) => said,
            };
            Some(answer(about, said))
        }
        Err(_) => None,
    };
    Ok(Why { path: about.path(), asked: asked.may, applications, answer })
}

fn answer(about: &About, said: Explanation) -> Answer {
    let admin = &about.admin;
    let called = |grant: &Grant| match grant {
        Grant::Role(role) => {
            let name = admin.grants.catalogue().role(*role).map(|role| role.name.to_string()).unwrap_or_default();
            format!("the role {}", isolated(&name))
        }
        Grant::Permission(permission) => format!("the single permission {}", isolated(&name_of(admin, permission))),
    };
    let place = |within| isolated(&path_of(admin.grants.tree(), within));
    let no = |because: String| Answer { may: false, because, until: None };
    match said {
        Explanation::Allowed(reason) => {
            let through = reason
                .through
                .iter()
                .skip(1)
                .fold(String::new(), |through, role| format!("{through}, which includes {}", isolated(role)));
            let within = reason.within.map(|within| format!(", for {} and all below it", place(within)));
            let because = format!("by {}{through}{}.", called(&reason.grant), within.unwrap_or_default());
            Answer { may: true, because: sentence(&because), until: reason.until.map(Moment) }
        }
        Explanation::Refused(missing) => match missing {
            Missing::Permission => no("There is no such permission here.".to_owned()),
            Missing::Member => no("There is no such member.".to_owned()),
            Missing::Standing(denied) => no(standing(about, &denied)),
            Missing::Ended { grant, at } => Answer {
                may: false,
                because: format!("Not any more: {} has ended.", called(&grant)),
                until: Some(Moment(at)),
            },
            Missing::Elsewhere { grant, within } => {
                no(format!("Only for {} and all below it, by {}.", place(within), called(&grant)))
            }
            Missing::Grant { roles } if roles.is_empty() => {
                no("Nothing that was given allows it, and no role would.".to_owned())
            }
            Missing::Grant { roles } => {
                let names: Vec<String> = roles.iter().map(|(_, name)| isolated(name)).collect();
                no(format!("Nothing that was given allows it. One of these roles would: {}.", names.join(", ")))
            }
        },
    }
}

/// The kernel speaks to the member itself there; here somebody else reads it.
fn standing(about: &About, denied: &membership_core::actor::Denied) -> String {
    use membership_core::member::MemberStatus;
    match about.details.row.member.status() {
        MemberStatus::Disabled => "The roles would allow it, but the member is disabled.".to_owned(),
        MemberStatus::NotJoined => "The roles will allow it, once the person has joined.".to_owned(),
        MemberStatus::Removed => "The member was removed.".to_owned(),
        MemberStatus::Enabled => sentence(&format!("{denied} ({})", denied.code())),
    }
}
