//! JSON bodies, read strictly: what is not understood whole is refused whole, and the refusal says where.

mod fault;
mod strict;

pub(crate) use fault::InputFault;

use membership_core::refusal::{Fault, Faults, Refusal as _};
use membership_web::{HttpFault, Problem};
use poem::{Request, RequestBody, Result};
use poem_openapi::{
    ApiExtractor, ApiExtractorType, ExtractParamOptions,
    payload::{Json, Payload},
    registry::{MetaMediaType, MetaRequest, Registry},
    types::Type,
};
use serde::de::DeserializeOwned;

/// A JSON body. Unknown fields are refused if `T` says so with `deny_unknown_fields`, which every `T` here does.
pub(crate) struct Body<T>(pub(crate) T);

impl<'a, T: DeserializeOwned + Type + Send> ApiExtractor<'a> for Body<T> {
    const TYPES: &'static [ApiExtractorType] = &[ApiExtractorType::RequestObject];

    type ParamType = ();
    type ParamRawType = ();

    fn register(registry: &mut Registry) {
        T::register(registry);
    }

    fn request_meta() -> Option<MetaRequest> {
        let content = MetaMediaType { content_type: "application/json", schema: T::schema_ref() };
        Some(MetaRequest { description: None, content: vec![content], required: true })
    }

    async fn from_request(
        request: &'a Request,
        body: &mut RequestBody,
        _: ExtractParamOptions<Self::ParamType>,
    ) -> Result<Self> {
        if !request.content_type().is_some_and(<Json<T> as Payload>::check_content_type) {
            return Err(Problem::from(HttpFault::MediaType).into());
        }
        let bytes = body.take()?.into_bytes().await.map_err(poem::Error::from)?;
        Ok(read(&bytes).map(Self)?)
    }
}

fn read<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    let value = strict::parse(bytes)?;
    serde_path_to_error::deserialize(value).map_err(|error| {
        let (fault, missing, detail) = fault::of(&error.inner().to_string());
        let mut pointer = pointer(error.path());
        if let Some(field) = missing {
            pointer = format!("{pointer}/{}", escaped(&field));
        }
        Problem::from(Faults::of([Fault { pointer, code: fault.code(), detail, advice: fault.advice() }]))
    })
}

/// A path into the body as a JSON pointer (RFC 6901).
fn pointer(path: &serde_path_to_error::Path) -> String {
    use serde_path_to_error::Segment;
    path.iter().fold(String::new(), |pointer, segment| match segment {
        Segment::Seq { index } => format!("{pointer}/{index}"),
        Segment::Map { key } => format!("{pointer}/{}", escaped(key)),
        Segment::Enum { .. } | Segment::Unknown => pointer,
    })
}

fn escaped(key: &str) -> String {
    key.chars().take(64).collect::<String>().replace('~', "~0").replace('/', "~1")
}
