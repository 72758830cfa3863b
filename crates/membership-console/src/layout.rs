//! The frame of a tenant's administration, around all pages below `/t/{tenant}`: where one is, where else one can go, and
//! who one is.

pub(crate) mod last;
mod refused;
mod section;

use askama::{Template, filters::HtmlSafe};
use membership_core::{
    account::Account,
    actor::{Denied, Grants},
    directory::{Ancestor, Place},
    id::TenantId,
    member::MemberStatus,
    tenant::{Tenant, TenantStatus},
};
use membership_web::{Edge, Visitor};
use poem::{Request, Response};

pub(crate) use refused::{is_of_the_session, unknown_page};
pub(crate) use section::Section;

use crate::{
    destination::Destination,
    face::Face,
    page::see,
    settled::{Subject, named},
    theme::Theme,
    welcome::{outside, shut_out},
};

/// A tenant as somebody sees it who looks after it.
pub(crate) struct Admin {
    pub(crate) tenant: Tenant,
    pub(crate) grants: Grants,
    lineage: Vec<(Ancestor, bool)>,
    places: Vec<Place>,
    label: String,
}

/// What stands around a page.
#[derive(Template)]
#[template(path = "layout/top.html")]
pub(crate) struct Layout {
    pub(crate) title: String,
    tenant: TenantId,
    name: String,
    face: Face,
    /// The tenants above, the top one first, each with where its members are, for whoever is a member there.
    above: Vec<(String, Option<String>)>,
    /// The other places of the account, with why one is closed at this moment.
    places: Vec<(TenantId, String, Option<&'static str>, Face)>,
    label: String,
    here: Section,
    sections: Vec<Section>,
    /// Where one is led back to once a theme is chosen.
    path: String,
    /// What was just done.
    pub(crate) done: Option<&'static str>,
}

impl HtmlSafe for Layout {}

/// Looks the tenant up for a page of its administration. Whoever is signed out signs in, and comes back to the page that `request`
/// belongs to.
impl Subject for Admin {
    async fn found(edge: &Edge, visitor: &Visitor, request: &Request) -> Result<Self, Response> {
        admin(edge, visitor, named(request, "tenant"), request.uri().path()).await
    }
}

async fn admin(edge: &Edge, visitor: &Visitor, id: &str, path: &str) -> Result<Admin, Response> {
    let Ok(id) = id.parse::<TenantId>() else { return Err(outside(visitor, None, &Denied::TenantUnknown)) };
    let here = Destination::within(id, path);
    let Some(account) = visitor.account() else { return Err(see(&format!("/sign-in?next={}", here.as_str()))) };
    let failed = |error: &dyn membership_core::refusal::Refusal| shut_out(visitor, &here, error);
    let view = edge.membership().tenant(&visitor.context, id).await.map_err(|error| failed(&error))?;
    let (places, _) = edge.membership().places(&visitor.context).await.map_err(|error| failed(&error))?;
    Ok(Admin {
        tenant: view.tenant,
        grants: view.grants,
        lineage: view.lineage,
        places,
        label: Account::label(account),
    })
}

impl Admin {
    /// The frame of a page in `section`, whose address is `path`.
    pub(crate) fn layout(&self, title: impl Into<String>, section: Section, path: impl Into<String>) -> Layout {
        let above = self.lineage.iter().filter(|(ancestor, _)| ancestor.id != self.tenant.id);
        let above = above.map(|(ancestor, member)| {
            (ancestor.name.clone(), member.then(|| Destination::administration(ancestor.id).as_str().to_owned()))
        });
        let others = self.places.iter().filter(|place| place.tenant.id != self.tenant.id);
        let sections = Section::ALL.into_iter().filter(|section| section.is_for(&self.grants));
        Layout {
            title: title.into(),
            tenant: self.tenant.id,
            name: self.tenant.name.to_string(),
            face: Face::tiny(&self.tenant),
            above: above.collect(),
            places: others
                .map(|place| (place.tenant.id, place.tenant.name.to_string(), closed(place), Face::tiny(&place.tenant)))
                .collect(),
            label: self.label.clone(),
            here: section,
            sections: sections.collect(),
            path: path.into(),
            done: None,
        }
    }

    /// The tenants from the top to this one, and whether one is a member there.
    pub(crate) fn lineage(&self) -> &[(Ancestor, bool)] {
        &self.lineage
    }

    /// The path of a page below the tenant's.
    pub(crate) fn path(&self, rest: impl std::fmt::Display) -> String {
        format!("/t/{}/{rest}", self.tenant.id)
    }
}

impl Layout {
    pub(crate) const fn tenant(&self) -> &TenantId {
        &self.tenant
    }

    /// Saying first what was just done.
    pub(crate) fn saying(self, done: Option<&'static str>) -> Self {
        Self { done, ..self }
    }
}

/// Whether a place is one where something is to be looked after by whoever holds `grants`.
pub(crate) fn looks_after(grants: &Grants) -> bool {
    use membership_core::role::Permission;
    let work = [Permission::MEMBERS_INVITE, Permission::MEMBERS_MANAGE, Permission::DEPARTMENTS_MANAGE];
    Section::Members.is_for(grants) && work.into_iter().any(|permission| grants.sight(permission).is_ok())
}

/// Why a place cannot be entered at this moment.
pub(crate) fn closed(place: &Place) -> Option<&'static str> {
    match (place.tenant.status, place.status) {
        (TenantStatus::Suspended, _) => Some("Suspended at the moment"),
        (_, MemberStatus::Disabled) => Some("Your membership is disabled"),
        (_, MemberStatus::NotJoined | MemberStatus::Enabled | MemberStatus::Removed) => None,
    }
}
