//! Dissolving: first what it would do to whom, then, as long as that is still so, doing it.

use askama::Template;
use membership_core::{department::dissolve::Dissolution, id::DepartmentId};
use membership_web::Edge;
use poem::{Response, handler, http::StatusCode, web::Data};

use super::{About, again, path_of, typed_place};
use crate::{
    layout::{Layout, Section},
    page::{page, see},
    settled::On,
    typed::Typed,
};

/// How many people are named; the others are counted.
const NAMED: usize = 50;

#[derive(Template)]
#[template(path = "department/dissolve.html")]
struct Plan {
    layout: Layout,
    name: String,
    into: DepartmentId,
    into_path: String,
    people: Vec<String>,
    /// How many more there are.
    unnamed: usize,
    below: Vec<String>,
    ended: Vec<String>,
    digest: String,
    path: String,
}

impl Plan {
    fn moved(&self) -> usize {
        self.people.len() + self.unnamed
    }
}

/// Shows what would be done; with the digest of what was shown, does it.
#[handler]
pub(crate) async fn dissolve(edge: Data<&Edge>, On(visitor, about): On<About>, typed: Typed) -> Response {
    let into = typed.one("into");
    let target = match typed_place(&about.admin, into) {
        Ok(target) => target,
        Err(unknown) => return again(&edge, &visitor, &about, ("dissolve", into), &unknown).await,
    };
    let (membership, which) = (edge.membership(), about.which());
    if typed.has("digest") {
        return match membership.dissolve_department(&visitor.context, which, target, typed.one("digest")).await {
            Ok(_) => see(&about.admin.path(format_args!("members?department={target}&done=department-dissolved"))),
            Err(error) => again(&edge, &visitor, &about, ("dissolve", into), &error).await,
        };
    }
    match membership.plan_dissolution(&visitor.context, which, target).await {
        Ok(planned) => {
            let title = format!("Dissolve {}?", crate::words::isolated(about.department.name.as_str()));
            let layout = about.admin.layout(title, Section::Members, about.path());
            let into_path = path_of(about.admin.grants.tree(), target);
            page(StatusCode::OK, &plan(layout, about.path(), into_path, planned))
        }
        Err(error) => again(&edge, &visitor, &about, ("dissolve", into), &error).await,
    }
}

fn plan(layout: Layout, path: String, into_path: String, planned: Dissolution) -> Plan {
    Plan {
        layout,
        name: planned.department.name.to_string(),
        into: planned.into.id,
        into_path,
        unnamed: planned.people.len().saturating_sub(NAMED),
        people: planned.people.iter().take(NAMED).map(|(member, _)| member.name.to_string()).collect(),
        below: planned.below.iter().map(|department| department.name.to_string()).collect(),
        ended: planned.ended.iter().map(|(member, _)| member.name.to_string()).collect(),
        digest: planned.digest,
        path,
    }
}
