//! Files that were made to hurt, through the door that they come by.

use std::{
    io::{Read, Write as _, repeat},
    sync::Arc,
    time::{Duration, Instant},
};

use flate2::{Compression, Crc, write::DeflateEncoder};
use membership_server::{Metrics, Readiness, Site};
use membership_web::{Edge, Shell};
use poem::{
    Route, Server,
    http::Method,
    listener::{Acceptor as _, Listener as _, TcpListener},
};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

use crate::fixture::Api;

/// An archive of deflated entries.
#[derive(Default)]
struct Archive {
    bytes: Vec<u8>,
    directory: Vec<u8>,
    entries: u16,
}

impl Archive {
    fn with(mut self, name: &str, mut content: impl Read) -> Self {
        let (mut encoder, mut crc, mut plain) = (DeflateEncoder::new(Vec::new(), Compression::fast()), Crc::new(), 0);
        let mut piece = vec![0; 1 << 20];
        loop {
            let read = content.read(&mut piece).unwrap();
            if read == 0 {
                break;
            }
            crc.update(&piece[..read]);
            plain += u32::try_from(read).unwrap();
            encoder.write_all(&piece[..read]).unwrap();
        }
        let packed = encoder.finish().unwrap();
        let (at, length) = (u32::try_from(self.bytes.len()).unwrap(), u16::try_from(name.len()).unwrap());
        let sizes = [crc.sum(), u32::try_from(packed.len()).unwrap(), plain].map(u32::to_le_bytes).concat();
        let common = [&[20, 0, 0, 0, 8, 0, 0, 0, 0, 0], sizes.as_slice(), &length.to_le_bytes(), &[0, 0]].concat();
        self.bytes.extend([b"PK\x03\x04", common.as_slice(), name.as_bytes(), &packed].concat());
        let rest = [&[0; 10], at.to_le_bytes().as_slice(), name.as_bytes()].concat();
        self.directory.extend([b"PK\x01\x02\x14\x00", common.as_slice(), &rest].concat());
        self.entries += 1;
        self
    }

    fn finish(self) -> Vec<u8> {
        let Self { bytes, directory, entries } = self;
        let (size, at) = (u32::try_from(directory.len()).unwrap(), u32::try_from(bytes.len()).unwrap());
        let count = entries.to_le_bytes();
        let end = [b"PK\x05\x06\0\0\0\0".as_slice(), &count, &count, &size.to_le_bytes(), &at.to_le_bytes(), &[0, 0]];
        [bytes, directory, end.concat()].concat()
    }
}

const TYPES: &str = r#"<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/></Types>"#;
const PARTS: &str = r#"<Relationships><Relationship Id="a" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#;
const WORKBOOK: &str =
    r#"<workbook xmlns:r="r"><sheets><sheet name="People" sheetId="1" r:id="a"/></sheets></workbook>"#;
const SHEETS: &str =
    r#"<Relationships><Relationship Id="a" Type="x/worksheet" Target="worksheets/sheet1.xml"/></Relationships>"#;

/// A workbook whose sheet is `sheet`.
fn workbook(sheet: impl Read) -> Vec<u8> {
    Archive::default()
        .with("[Content_Types].xml", TYPES.as_bytes())
        .with("_rels/.rels", PARTS.as_bytes())
        .with("xl/workbook.xml", WORKBOOK.as_bytes())
        .with("xl/_rels/workbook.xml.rels", SHEETS.as_bytes())
        .with("xl/worksheets/sheet1.xml", sheet)
        .finish()
}

/// Proves A84 in part: bombs, entities and far corners are answered with 422 within a second, and the server goes on.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bomb_is_answered_within_a_second() {
    let api = Api::start().await;
    let root = api.root().await;
    let entity = "<!DOCTYPE w [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><worksheet/>";
    let far = "<worksheet><sheetData><row r=\"1\"><c r=\"A1\" t=\"inlineStr\"><is><t>x</t></is></c></row>\
        <row r=\"1048576\"><c r=\"XFD1048576\"><v>1</v></c></row></sheetData></worksheet>";
    for (bomb, code) in [
        (workbook(repeat(b' ').take(1 << 30)), "file-too-large"),
        (workbook(entity.as_bytes()), "workbook-refused"),
        (workbook(far.as_bytes()), "header-unknown"),
        (workbook(b"<worksheet><sheetData><row>".as_slice()), "workbook-damaged"),
    ] {
        let began = Instant::now();
        let reply = api.upload(bomb).by(&root).send().await;
        assert_eq!(reply.problem(), (422, code.into()), "{}", reply.text);
        assert!(began.elapsed() < Duration::from_secs(1), "{code} took {:?}", began.elapsed());
    }
    let table = "Name,Roles,How to join\nAnn,Member,link\n";
    let reply = api.ask(Method::POST, api.tenant("/imports")).raw("text/csv", table).by(&root).send().await;
    assert_eq!(reply.status, 201, "{}", reply.text);
}

/// A server at a port of this machine, over what `api` is over.
pub(super) async fn serve(api: &Api) -> (std::net::SocketAddr, Edge) {
    let clock = api.bed.clock.clone();
    let edge = Edge::new(api.bed.membership.clone(), Arc::new(move || clock.now()), Vec::new());
    let readiness: Readiness = Arc::new(|| Box::pin(async { Vec::new() }));
    let site = Site { edge: edge.clone(), readiness, metrics: Metrics::new().ok() };
    let shell = Shell::new(edge.clone(), site.mount(Route::new())).limits(Site::limits());
    let acceptor = TcpListener::bind("127.0.0.1:0").into_acceptor().await.unwrap();
    let address = *acceptor.local_addr()[0].as_socket_addr().unwrap();
    tokio::spawn(Server::new_with_acceptor(acceptor).run(shell));
    (address, edge)
}

/// What is larger than 20 MiB is refused: at once where its length is announced, and where it is not, when it is.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_beyond_the_limit_is_refused_however_it_comes() {
    let api = Api::start().await;
    let root = api.root().await;
    let (server, _) = serve(&api).await;
    let head = |rest: &str| {
        let path = api.tenant("/imports");
        format!(
            "POST {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\nauthorization: Bearer {root}\r\n{rest}\r\n\r\n"
        )
    };
    let mut announced = TcpStream::connect(server).await.unwrap();
    let length = format!("content-type: text/csv\r\ncontent-length: {}", 21 << 20);
    announced.write_all(head(&length).as_bytes()).await.unwrap();
    let mut answer = String::new();
    announced.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 413 ") && answer.contains("body-too-large"), "{answer}");

    for (kind, before) in [
        ("text/csv", ""),
        (
            "multipart/form-data; boundary=b",
            "--b\r\ncontent-disposition: form-data; name=\"f\"; filename=\"f.csv\"\r\n\r\n",
        ),
    ] {
        let mut chunked = TcpStream::connect(server).await.unwrap();
        let start = head(&format!("content-type: {kind}\r\ntransfer-encoding: chunked"));
        chunked.write_all(start.as_bytes()).await.unwrap();
        if !before.is_empty() {
            chunked.write_all(format!("{:x}\r\n{before}\r\n", before.len()).as_bytes()).await.unwrap();
        }
        let chunk = [b"100000\r\n".as_slice(), &vec![b'x'; 1 << 20], b"\r\n"].concat();
        for _ in 0..21 {
            chunked.write_all(&chunk).await.unwrap();
        }
        chunked.write_all(b"0\r\n\r\n").await.unwrap();
        let mut answer = String::new();
        chunked.read_to_string(&mut answer).await.unwrap();
        assert!(answer.starts_with("HTTP/1.1 413 ") && answer.contains("body-too-large"), "{kind}: {answer}");
    }
    // Elsewhere nothing has changed: a body that is no file is read whole, and never beyond its limit.
    let mut other = TcpStream::connect(server).await.unwrap();
    let path = api.import(crate::house::NOTHING, "/start");
    let head = format!(
        "POST {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\nauthorization: Bearer {root}\r\n\
         content-type: application/x+json\r\ntransfer-encoding: chunked\r\n\r\n20000\r\n"
    );
    other.write_all(&[head.as_bytes(), &vec![b' '; 0x20000], b"\r\n"].concat()).await.unwrap();
    let mut answer = Vec::new();
    other.read_to_end(&mut answer).await.ok();
    assert!(answer.starts_with(b"HTTP/1.1 413 "), "{}", String::from_utf8_lossy(&answer));
    let list = api.get(api.tenant("/imports")).by(&root).send().await.json();
    assert_eq!(list["imports"].as_array().unwrap().len(), 0);
}
