//! Branding: what the tenant is called, and what it looks like to those whom it invites.

use askama::Template;
use membership_core::{
    refusal::Refusal,
    tenant::{Tenant, branding::MAX_LOGO_BYTES, edit::TenantChanges},
};
use membership_web::{Edge, HttpFault, Problem, status_of};
use poem::{
    Response, handler,
    http::StatusCode,
    web::{Data, Field, Multipart, Query},
};
use tokio::io::AsyncReadExt as _;

use super::{Ruling, Tab, Tabs};
use crate::{
    done::Said,
    face::{Face, colour},
    layout::{Admin, Layout, Section, is_of_the_session},
    notice::Action,
    page::{page, see, waiting},
    settled::On,
    words::{sentence, told},
};

/// How much is read of a form that is too large, in bytes: a browser that is not listened to does not listen either.
const PATIENCE: u64 = 8 << 20;
/// Longest text of a field, in bytes.
const TEXT: u64 = 4 << 10;
/// What the picker of a browser begins with.
const FIRST_COLOUR: &str = "#0b6a5b";

#[derive(Template)]
#[template(path = "settings/branding.html")]
struct BrandingPage {
    layout: Layout,
    tabs: Tabs,
    path: String,
    filled: Filled,
    face: Face,
    /// Whether there is a logo to remove.
    has_logo: bool,
    /// As it is: where the stylesheet of its colour is, and its name.
    colour: Option<String>,
    name: String,
    /// By field.
    faults: Vec<(&'static str, String)>,
    problem: Option<(String, String)>,
}

/// As it is filled in.
#[derive(Default)]
struct Filled {
    name: String,
    /// Whether it shall have a colour of its own,
    coloured: bool,
    /// which is this one.
    colour: String,
    removes_logo: bool,
    /// The file, if one was chosen.
    logo: Vec<u8>,
}

/// The page.
#[handler]
pub(crate) fn show(On(_, Ruling(admin)): On<Ruling>, Query(said): Query<Said>) -> Response {
    let done = said.among(&[("changed", "The changes are saved.")]);
    branding_page(StatusCode::OK, &admin, Filled::of(&admin.tenant), done, None)
}

/// Changes it.
#[handler]
pub(crate) async fn save(edge: Data<&Edge>, On(visitor, Ruling(admin)): On<Ruling>, form: Multipart) -> Response {
    let filled = match Filled::read(form).await {
        Ok(filled) => filled,
        Err(fault) => {
            let filled = Filled::of(&admin.tenant);
            return branding_page(Problem::from(fault).status, &admin, filled, None, Some(&fault));
        }
    };
    let changes = filled.changes();
    match edge.membership().edit_tenant(&visitor.context, admin.tenant.id, changes).await {
        Ok(_) => see(&format!("{}/branding?done=changed", Section::Settings.path(&admin.tenant.id))),
        Err(error) if is_of_the_session(&error) || error.code() == "permission-missing" => {
            let back = Action::new("Back to the settings", Section::Settings.path(&admin.tenant.id));
            admin.refused(&visitor, Section::Settings, &error, back)
        }
        Err(error) => {
            let shown = branding_page(status_of(error.kind()), &admin, filled, None, Some(&error));
            waiting(shown, error.retry_after())
        }
    }
}

impl Filled {
    fn of(tenant: &Tenant) -> Self {
        let colour = tenant.branding.colour.map(|colour| colour.to_string());
        Self {
            name: tenant.name.to_string(),
            coloured: colour.is_some(),
            colour: colour.unwrap_or_else(|| FIRST_COLOUR.to_owned()),
            ..Self::default()
        }
    }

    /// Reads the form. One byte more than a logo may have is kept, so that the rules can say that it is too large.
    async fn read(mut form: Multipart) -> Result<Self, HttpFault> {
        let mut filled = Self::default();
        let mut left = PATIENCE;
        while let Some(field) = form.next_field().await.map_err(|_| HttpFault::Malformed)? {
            let name = field.name().unwrap_or_default().to_owned();
            let most = if name == "logo" { MAX_LOGO_BYTES as u64 + 1 } else { TEXT };
            let bytes = begun(field, most, &mut left).await?;
            let text = || String::from_utf8(bytes.clone()).map_err(|_| HttpFault::Malformed);
            match name.as_str() {
                "name" => filled.name = text()?,
                "coloured" => filled.coloured = true,
                "colour" => filled.colour = text()?,
                "remove" => filled.removes_logo = true,
                "logo" => filled.logo = bytes,
                _ => return Err(HttpFault::Malformed),
            }
        }
        Ok(filled)
    }

    fn changes(&self) -> TenantChanges {
        let logo = if self.logo.is_empty() { self.removes_logo.then(Vec::new) } else { Some(self.logo.clone()) };
        let colour = if self.coloured { self.colour.clone() } else { String::new() };
        TenantChanges { name: Some(self.name.clone()), colour: Some(colour), logo }
    }
}

/// The first `most` bytes of a field; the rest is passed over, `left` bytes of the whole form at most.
async fn begun(field: Field, most: u64, left: &mut u64) -> Result<Vec<u8>, HttpFault> {
    let mut reader = field.into_async_read();
    let mut bytes = Vec::new();
    (&mut reader).take(most).read_to_end(&mut bytes).await.map_err(|_| HttpFault::Malformed)?;
    let mut rest = reader.take(*left);
    let passed = tokio::io::copy(&mut rest, &mut tokio::io::sink()).await.map_err(|_| HttpFault::Malformed)?;
    *left -= passed;
    if *left == 0 { Err(HttpFault::BodyTooLarge) } else { Ok(bytes) }
}

fn branding_page(
    status: StatusCode,
    admin: &Admin,
    filled: Filled,
    done: Option<&'static str>,
    refusal: Option<&dyn Refusal>,
) -> Response {
    let settings = Section::Settings.path(&admin.tenant.id);
    let fields = [("/name", "name"), ("/colour", "colour"), ("/logo", "logo")];
    let faults = refusal.map(Refusal::faults).unwrap_or_default();
    let faults = faults.iter().filter_map(|fault| {
        let (_, field) = fields.into_iter().find(|(pointer, _)| *pointer == fault.pointer)?;
        Some((field, format!("{} {}", sentence(&fault.detail), sentence(fault.advice))))
    });
    let faults: Vec<_> = faults.collect();
    let shown = BrandingPage {
        layout: admin.layout("Branding", Section::Settings, settings.clone()).saying(done),
        tabs: Tabs::of(admin, Tab::Branding),
        path: format!("{settings}/branding"),
        filled,
        face: Face::of(&admin.tenant),
        has_logo: admin.tenant.branding.logo.is_some(),
        colour: admin.tenant.branding.colour.map(colour::path),
        name: admin.tenant.name.to_string(),
        problem: refusal.filter(|_| faults.is_empty()).map(told),
        faults,
    };
    page(status, &shown)
}

impl BrandingPage {
    fn fault(&self, field: &str) -> Option<&str> {
        self.faults.iter().find(|(of, _)| *of == field).map(|(_, said)| said.as_str())
    }
}
