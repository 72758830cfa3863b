//! Files: bodies and answers that are no JSON.

use membership_core::refusal::{Fault, Faults};
use membership_web::{
    Problem,
    table::{Download, Format, Upload},
};
use poem::{Body, IntoResponse, Request, RequestBody, Response, Result, http::HeaderMap};
use poem_openapi::{
    ApiExtractor, ApiExtractorType, ApiResponse, ExtractParamOptions,
    payload::{Binary, Payload},
    registry::{MetaHeader, MetaMediaType, MetaRequest, MetaResponse, MetaResponses, MetaSchemaRef, Registry},
    types::Type,
};

use crate::body::InputFault;

/// A file on its way in. Nothing of it is read before whoever sends it may.
pub(crate) struct FileBody {
    headers: HeaderMap,
    body: Body,
}

/// A file on its way out.
pub(crate) struct FileAnswer(pub(crate) Download);

impl FileBody {
    /// Reads it. `name` is what to call it, in place of what its headers say.
    pub(crate) async fn receive(self, name: Option<&str>) -> Result<Upload, Problem> {
        Upload::receive(&self.headers, self.body, name).await
    }
}

impl<'a> ApiExtractor<'a> for FileBody {
    const TYPES: &'static [ApiExtractorType] = &[ApiExtractorType::RequestObject];

    type ParamType = ();
    type ParamRawType = ();

    fn register(_: &mut Registry) {}

    fn request_meta() -> Option<MetaRequest> {
        // One media type of the several that are taken: generated clients can write this one.
        let content =
            MetaMediaType { content_type: Binary::<Body>::CONTENT_TYPE, schema: Binary::<Body>::schema_ref() };
        Some(MetaRequest { description: Some("The file."), content: vec![content], required: true })
    }

    async fn from_request(
        request: &'a Request,
        body: &mut RequestBody,
        _: ExtractParamOptions<Self::ParamType>,
    ) -> Result<Self> {
        Ok(Self { headers: request.headers().clone(), body: body.take()? })
    }
}

impl IntoResponse for FileAnswer {
    fn into_response(self) -> Response {
        self.0.into_response()
    }
}

impl ApiResponse for FileAnswer {
    fn meta() -> MetaResponses {
        let content = |content_type: &'static str| MetaMediaType { content_type, schema: file() };
        let name = MetaHeader {
            name: "CONTENT-DISPOSITION".to_owned(),
            description: Some("What to save it as (RFC 6266).".to_owned()),
            required: true,
            deprecated: false,
            schema: String::schema_ref(),
        };
        let response = MetaResponse {
            description: "The table.",
            status: Some(200),
            status_range: None,
            content: vec![content(Format::Xlsx.media_type()), content("text/csv")],
            headers: vec![name],
        };
        MetaResponses { responses: vec![response] }
    }

    fn register(_: &mut Registry) {}
}

fn file() -> MetaSchemaRef {
    Binary::<Body>::schema_ref()
}

/// Which format is asked for; a workbook unless told otherwise.
pub(crate) fn format(word: Option<&str>) -> Result<Format, Faults> {
    match word {
        None | Some("xlsx") => Ok(Format::Xlsx),
        Some("csv") => Ok(Format::Csv),
        Some(_) => Err(Faults::of([Fault::new("/format", &InputFault::Format)])),
    }
}
