//! The stylesheet, the scripts and the mark: part of the binary, under names that change with their content, so that a
//! browser may keep them for good.

use std::sync::LazyLock;

use membership_web::{HttpFault, Packed, Problem};
use poem::{
    Request, Response, Result, handler,
    http::{StatusCode, header},
    web::Path,
};

/// One file.
pub(crate) struct Asset {
    /// Where it is.
    pub(crate) path: String,
    /// A weak one: compressed or not, it is the same content.
    etag: String,
    content_type: &'static str,
    content: Packed,
}

/// Several files to write, one to load.
const STYLES: &str = concat!(
    include_str!("../assets/console.css"),
    include_str!("../assets/layout.css"),
    include_str!("../assets/members.css"),
    include_str!("../assets/member.css"),
    include_str!("../assets/overview.css"),
    include_str!("../assets/roles.css"),
    include_str!("../assets/audit.css"),
    include_str!("../assets/settings.css"),
    include_str!("../assets/import.css"),
);

pub(crate) static STYLESHEET: LazyLock<Asset> =
    LazyLock::new(|| Asset::new("console", "css", "text/css; charset=utf-8", STYLES.as_bytes()));
pub(crate) static SCRIPT: LazyLock<Asset> = LazyLock::new(|| {
    Asset::new("console", "js", "text/javascript; charset=utf-8", include_bytes!("../assets/console.js"))
});
pub(crate) static ADMIN_SCRIPT: LazyLock<Asset> =
    LazyLock::new(|| Asset::new("admin", "js", "text/javascript; charset=utf-8", include_bytes!("../assets/admin.js")));
pub(crate) static IMPORT_SCRIPT: LazyLock<Asset> = LazyLock::new(|| {
    Asset::new("import", "js", "text/javascript; charset=utf-8", include_bytes!("../assets/import.js"))
});
pub(crate) static PASSKEY_SCRIPT: LazyLock<Asset> = LazyLock::new(|| {
    Asset::new("passkey", "js", "text/javascript; charset=utf-8", include_bytes!("../assets/passkey.js"))
});
pub(crate) static MARK: LazyLock<Asset> =
    LazyLock::new(|| Asset::new("mark", "svg", "image/svg+xml", include_bytes!("../assets/mark.svg")));

impl Asset {
    fn new(name: &str, extension: &str, content_type: &'static str, content: &'static [u8]) -> Self {
        let hash = fnv1a(content);
        let path = format!("/assets/{name}.{hash:016x}.{extension}");
        Self { path, etag: format!("W/\"{hash:016x}\""), content_type, content: Packed::new(content) }
    }

    fn answer(&self, request: &Request) -> Response {
        let known = request.header(header::IF_NONE_MATCH).unwrap_or_default();
        let response = Response::builder()
            .header(header::ETAG, &self.etag)
            .header(header::CACHE_CONTROL, "public, max-age=31536000, immutable");
        if known.split(',').any(|etag| etag.trim() == self.etag) {
            return response.status(StatusCode::NOT_MODIFIED).finish();
        }
        self.content.answer(request, response.content_type(self.content_type))
    }
}

/// Serves the file that the path names.
#[handler]
pub(crate) fn serve(request: &Request, Path(name): Path<String>) -> Result<Response> {
    let named = |asset: &&LazyLock<Asset>| asset.path.strip_prefix("/assets/") == Some(name.as_str());
    let found = [&STYLESHEET, &SCRIPT, &ADMIN_SCRIPT, &IMPORT_SCRIPT, &PASSKEY_SCRIPT, &MARK].into_iter().find(named);
    Ok(found.ok_or(Problem::from(HttpFault::NotFound))?.answer(request))
}

/// FNV-1a: the name only has to change when the content does; it protects nothing.
fn fnv1a(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}
