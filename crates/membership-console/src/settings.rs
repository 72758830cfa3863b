//! The settings: the rules of the tenant, the keys of programs, and mail.

pub(crate) mod branding;
pub(crate) mod keys;
pub(crate) mod mail;
mod rules;

use askama::{Template, filters::HtmlSafe};
use data_encoding::HEXLOWER;
use membership_core::{
    refusal::Refusal,
    role::Permission,
    tenant::change_policy::{Effect, PolicyPlan},
};
use membership_web::{Edge, Visitor, status_of};
use poem::{
    Request, Response, handler,
    http::StatusCode,
    web::{Data, Query},
};

use self::rules::{Fields, Filled};
use crate::{
    done::Said,
    layout::{Admin, Layout, Section, is_of_the_session},
    notice::Action,
    page::{page, see, waiting},
    settled::{On, Subject},
    typed::Typed,
};

#[derive(Template)]
#[template(path = "settings/rules.html")]
struct RulesPage {
    layout: Layout,
    tabs: Tabs,
    path: String,
    fields: Fields,
}

/// What new rules would come to.
#[derive(Template)]
#[template(path = "settings/plan.html")]
struct PlanPage {
    layout: Layout,
    path: String,
    changes: Vec<rules::Difference>,
    count: u64,
    /// Those who are touched, each with where that is and how.
    touched: Vec<(String, String, &'static str)>,
    hidden: Vec<(&'static str, String)>,
    hash: String,
}

/// The parts of the settings.
#[derive(Template)]
#[template(path = "settings/tabs.html")]
pub(super) struct Tabs {
    path: String,
    rules: bool,
    here: Tab,
}

impl HtmlSafe for Tabs {}

/// One of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tab {
    Rules,
    Branding,
    Keys,
    Mail,
}

impl Tabs {
    fn of(admin: &Admin, here: Tab) -> Self {
        Self { path: Section::Settings.path(&admin.tenant.id), rules: may_rule(admin), here }
    }
}

/// Whether one may change the rules.
fn may_rule(admin: &Admin) -> bool {
    admin.grants.holds(&Permission::TENANT_MANAGE)
}

/// A tenant whose rules whoever asks may change.
pub(crate) struct Ruling(Admin);

impl Subject for Ruling {
    async fn found(edge: &Edge, visitor: &Visitor, request: &Request) -> Result<Self, Response> {
        let admin = Admin::found(edge, visitor, request).await?;
        match admin.grants.require(Permission::TENANT_MANAGE).map(drop) {
            Ok(()) => Ok(Self(admin)),
            Err(denied) => {
                let back = Action::new("Back to the settings", Section::Settings.path(&admin.tenant.id));
                Err(admin.refused(visitor, Section::Settings, &denied, back))
            }
        }
    }
}

/// The rules; the keys, for whoever may not change them.
#[handler]
pub(crate) fn show(On(_, admin): On<Admin>, Query(said): Query<Said>) -> Response {
    if !may_rule(&admin) {
        return see(&format!("{}/keys", Section::Settings.path(&admin.tenant.id)));
    }
    let done = said.among(&[("changed", "The rules were changed.")]);
    rules_page(StatusCode::OK, &admin, &Filled::of(&admin.tenant.policy), done, None)
}

fn rules_page(
    status: StatusCode,
    admin: &Admin,
    filled: &Filled,
    done: Option<&'static str>,
    refusal: Option<&dyn Refusal>,
) -> Response {
    let path = Section::Settings.path(&admin.tenant.id);
    let shown = RulesPage {
        layout: admin.layout("Settings", Section::Settings, path.clone()).saying(done),
        tabs: Tabs::of(admin, Tab::Rules),
        path,
        fields: Fields::of(filled, &admin.tenant.policy, refusal),
    };
    page(status, &shown)
}

/// Shows whom the new rules touch; with the hash of exactly that, makes them the rules.
#[handler]
pub(crate) async fn save(edge: Data<&Edge>, On(visitor, admin): On<Admin>, typed: Typed) -> Response {
    let filled = Filled::typed(&typed);
    if typed.has("back") {
        return rules_page(StatusCode::OK, &admin, &filled, None, None);
    }
    let policy = match filled.policy(&admin.tenant.policy) {
        Ok(policy) => policy,
        Err(faults) => return refused(&visitor, &admin, &filled, &faults),
    };
    let (membership, ctx, tenant) = (edge.membership(), &visitor.context, admin.tenant.id);
    if let Some(hash) = typed.all("hash").next() {
        // What is no hash is the hash of no plan.
        return match membership.change_policy(ctx, tenant, policy, read(hash).unwrap_or_default()).await {
            Ok(_) => see(&format!("{}?done=changed", Section::Settings.path(&tenant))),
            Err(error) => refused(&visitor, &admin, &filled, &error),
        };
    }
    match membership.plan_policy(ctx, tenant, policy).await {
        Ok(plan) if plan.before == plan.after => {
            rules_page(StatusCode::OK, &admin, &filled, Some("These are the rules already; nothing was changed."), None)
        }
        Ok(plan) => page(StatusCode::OK, &plan_page(&admin, &filled, &plan)),
        Err(error) => refused(&visitor, &admin, &filled, &error),
    }
}

fn refused(visitor: &Visitor, admin: &Admin, filled: &Filled, error: &dyn Refusal) -> Response {
    if is_of_the_session(error) || error.code() == "permission-missing" {
        let back = Action::new("Back to the settings", Section::Settings.path(&admin.tenant.id));
        return admin.refused(visitor, Section::Settings, error, back);
    }
    waiting(rules_page(status_of(error.kind()), admin, filled, None, Some(error)), error.retry_after())
}

fn plan_page(admin: &Admin, filled: &Filled, plan: &PolicyPlan) -> PlanPage {
    let touched = plan.touched.iter().map(|touched| {
        let how = match touched.how {
            Effect::LinkNotAllowed => "was invited by a link, which is not allowed any more",
            Effect::AddressNotAllowed => "has an address that is not taken any more",
            Effect::NotAgain => "would not be invited again any more",
        };
        (touched.name.clone(), admin.path(format_args!("members/{}", touched.member)), how)
    });
    let path = Section::Settings.path(&admin.tenant.id);
    PlanPage {
        layout: admin.layout("Change the rules?", Section::Settings, path.clone()),
        path,
        changes: rules::differences(&plan.before, &plan.after),
        count: plan.count,
        touched: touched.collect(),
        hidden: filled.hidden(),
        hash: HEXLOWER.encode(&plan.hash),
    }
}

/// A hash as the form carries it.
fn read(hash: &str) -> Option<[u8; 32]> {
    HEXLOWER.decode(hash.as_bytes()).ok()?.try_into().ok()
}
