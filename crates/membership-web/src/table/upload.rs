//! Uploads: a file that comes as a request's body, or as a part of a form, put on the disk piece by piece.

use std::{fs::File, time::Duration};

use membership_sheet::Media;
use poem::{
    Body, FromRequest as _, Request, RequestBody,
    http::{HeaderMap, header},
    web::Multipart,
};
use tokio::{
    io::{AsyncRead, AsyncReadExt as _, AsyncSeekExt as _, AsyncWriteExt as _},
    time::timeout,
};

use super::media::{file_name, is_table, last_part};
use crate::{fault::HttpFault, problem::Problem};

/// The largest file, in bytes: 20 MiB.
pub const MAX_FILE_BYTES: u64 = 20 << 20;
/// What a form has around its file at most, in bytes.
const AROUND: u64 = 64 << 10;
/// How long a sender may be silent.
const SILENCE: Duration = Duration::from_secs(30);
/// What is read at once, in bytes.
const PIECE: usize = 64 << 10;

/// A file that was uploaded. It has no name on the disk and goes with its last handle.
#[derive(Debug)]
pub struct Upload {
    /// The file, at its beginning.
    pub file: File,
    /// What the sender calls it, without a path.
    pub name: String,
    /// What the sender says it is.
    pub media: Option<Media>,
}

impl Upload {
    /// Reads `body`, which came under `headers`: a table itself, or a form (RFC 7578) whose first file is the table. `name` is
    /// what to call it; else what the headers call it.
    pub async fn receive(headers: &HeaderMap, body: Body, name: Option<&str>) -> Result<Self, Problem> {
        let text = |name: header::HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
        let declared = text(header::CONTENT_TYPE).unwrap_or("application/octet-stream");
        let media = Media::parse(declared);
        let announced = text(header::CONTENT_LENGTH).and_then(|length| length.parse::<u64>().ok());
        if announced.is_some_and(|length| length > MAX_FILE_BYTES + AROUND) {
            return Err(too_large());
        }
        if media.essence() == "multipart/form-data" {
            let upload = from_form(declared, body).await?;
            return Ok(match name {
                Some(name) => Self { name: called(Some(name)), ..upload },
                None => upload,
            });
        }
        if !is_table(media.essence()) {
            return Err(Problem::because(
                HttpFault::MediaType,
                format!("the body is of the type {:?}; expected an .xlsx workbook or CSV text", media.essence()),
            ));
        }
        let told = name.map(str::to_owned).or_else(|| text(header::CONTENT_DISPOSITION).and_then(file_name));
        let file = keep(body.into_async_read()).await?;
        Ok(Self { file, name: called(told.as_deref()), media: Some(media) })
    }
}

/// The first file of a form; what stands before it is not looked at.
async fn from_form(declared: &str, body: Body) -> Result<Upload, Problem> {
    let request = Request::builder().content_type(declared).body(());
    let mut body = RequestBody::new(Body::from_async_read(body.into_async_read().take(2 * (MAX_FILE_BYTES + AROUND))));
    let mut form = Multipart::from_request(&request, &mut body).await.map_err(|_| no_form("it has no boundary"))?;
    loop {
        let part = timeout(SILENCE, form.next_field()).await.map_err(|_| HttpFault::TimedOut)?;
        let Some(part) = part.map_err(|_| no_form("it ends too early, or is larger than a file may be"))? else {
            return Err(no_form("there is no file in it"));
        };
        if let Some(name) = part.file_name() {
            let (name, media) = (called(Some(name)), part.content_type().map(Media::parse));
            return Ok(Upload { file: keep(part.into_async_read()).await?, name, media });
        }
    }
}

/// Puts what `reader` gives on the disk.
async fn keep(reader: impl AsyncRead + Send) -> Result<File, Problem> {
    let disk = |error: std::io::Error| {
        tracing::error!(%error, "an upload could not be kept");
        Problem::from(HttpFault::Internal)
    };
    let made = tokio::task::spawn_blocking(tempfile::tempfile).await.map_err(std::io::Error::other);
    let mut file = tokio::fs::File::from_std(made.and_then(|made| made).map_err(disk)?);
    let mut reader = std::pin::pin!(reader);
    let (mut piece, mut length) = (vec![0; PIECE], 0);
    loop {
        let read = timeout(SILENCE, reader.read(&mut piece)).await.map_err(|_| HttpFault::TimedOut)?;
        let read = match read {
            Ok(0) => break,
            Ok(read) => read,
            Err(_) if length > MAX_FILE_BYTES => break,
            Err(_) => return Err(Problem::because(HttpFault::Malformed, "the body ends before it is complete")),
        };
        length += read as u64;
        if length <= MAX_FILE_BYTES {
            file.write_all(piece.get(..read).unwrap_or_default()).await.map_err(disk)?;
        } else if length > 2 * MAX_FILE_BYTES {
            break;
        }
    }
    // What is a little too large is heard out: whoever is still sending reads no answer.
    if length > MAX_FILE_BYTES {
        return Err(too_large());
    }
    file.flush().await.map_err(disk)?;
    file.rewind().await.map_err(disk)?;
    Ok(file.into_std().await)
}

fn called(name: Option<&str>) -> String {
    let name = name.map(last_part).filter(|name| !name.is_empty());
    name.unwrap_or("table").to_owned()
}

fn too_large() -> Problem {
    Problem::because(HttpFault::BodyTooLarge, "the file is larger than 20 MiB, which is the most")
}

fn no_form(why: &str) -> Problem {
    Problem::because(HttpFault::Malformed, format!("the form cannot be read: {why}"))
}
