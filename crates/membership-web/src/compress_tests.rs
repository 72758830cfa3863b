use std::{
    io::Read,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use flate2::read::GzDecoder;
use futures_util::{StreamExt, stream};
use membership_testkit::Bed;
use poem::{
    Body, EndpointExt, Request, Response, Route, endpoint::make_sync, get, handler, http::StatusCode, test::TestClient,
    test::TestRequestBuilder, test::TestResponse, web::Data, web::Path,
};

use super::as_it_is;
use crate::{Edge, Packed, Shell};

const LONG: usize = 64 * 1_024;

/// An answer of the kind and with the header that its address names.
#[handler]
fn shown(Path((kind, name)): Path<(String, String)>) -> Response {
    let response = Response::builder().content_type(kind.replace('_', "/"));
    let response = match name.as_str() {
        "coded" => response.header("content-encoding", "br"),
        "strong" => response.header("etag", "\"1\""),
        "weak" => response.header("etag", "W/\"1\""),
        "announced" => response.header("content-length", LONG),
        "part" => response.status(StatusCode::PARTIAL_CONTENT),
        "refused" => response.status(StatusCode::NOT_FOUND),
        _ => response,
    };
    let response = response.body(text(if name == "small" { 1_023 } else { LONG }));
    if name == "secret" { as_it_is(response) } else { response }
}

/// Text that says in each line how far it has come.
fn text(bytes: usize) -> String {
    let lines = (0..).map(|line| format!("line {line} of an answer\n")).take(bytes / 16 + 1);
    let mut text: String = lines.collect();
    text.truncate(bytes);
    text
}

/// Counts the parts that were asked for of an answer without an end; behind the tenth hundred it breaks off.
#[handler]
fn endless(Data(asked): Data<&Arc<AtomicUsize>>) -> Response {
    let asked = Arc::clone(asked);
    let parts = stream::unfold(0x9e37_79b9_7f4a_7c15_u64, move |mut state| {
        let count = asked.fetch_add(1, Ordering::SeqCst);
        // What does not shrink: xorshift.
        let part: Vec<u8> = std::iter::repeat_with(|| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            state.to_be_bytes()[0]
        })
        .take(4_096)
        .collect();
        let part = if count == 1_000 { Err(std::io::Error::other("broken off")) } else { Ok(part) };
        async move { Some((part, state)) }
    });
    Response::builder().content_type("text/csv").body(Body::from_bytes_stream(parts))
}

async fn client() -> (TestClient<Shell<impl poem::Endpoint>>, Arc<AtomicUsize>) {
    let bed = Bed::new().await.unwrap();
    let clock = bed.clock.clone();
    let edge = Edge::new(bed.membership.clone(), Arc::new(move || clock.now()), Vec::new());
    let asked = Arc::new(AtomicUsize::new(0));
    let content = Packed::new(text(LONG));
    let packed =
        make_sync(move |request: Request| content.answer(&request, Response::builder().content_type("text/css")));
    let route = Route::new()
        .at("/kind/:kind/:name", get(shown).post(shown))
        .at("/endless", get(endless))
        .at("/packed", packed)
        .data(Arc::clone(&asked));
    (TestClient::new(Shell::new(edge, route)), asked)
}

fn asking<'a, E: poem::Endpoint>(client: &'a TestClient<E>, path: &str) -> TestRequestBuilder<'a, E> {
    client.get(path).header("accept-encoding", "gzip, deflate, br, zstd")
}

fn coding(response: &TestResponse) -> Option<&str> {
    response.0.header("content-encoding")
}

async fn unpacked(response: TestResponse) -> String {
    let packed = response.0.into_body().into_vec().await.unwrap();
    assert!(packed.len() < LONG / 4, "{} bytes", packed.len());
    let mut plain = String::new();
    GzDecoder::new(&*packed).read_to_string(&mut plain).unwrap();
    plain
}

/// Text comes compressed to whoever takes it so, and says the same; what is compressed in itself, short, or has to arrive at once stays
/// as it is.
#[tokio::test]
async fn text_comes_compressed() {
    let (client, _) = client().await;
    for path in [
        "text_html/x",
        "text_css/x",
        "text_csv/x",
        "application_json/x",
        "application_problem+json/refused",
        "application_jsonl/x",
        "image_svg+xml/x",
        "text_html/weak",
        "application_json/announced",
    ] {
        let response = asking(&client, &format!("/kind/{path}")).send().await;
        assert_eq!(coding(&response), Some("gzip"), "{path}");
        assert_eq!(response.0.header("vary"), Some("accept-encoding"), "{path}");
        assert_eq!(response.0.header("content-length"), None, "that of the text is not that of what is sent: {path}");
        assert_eq!(unpacked(response).await, text(LONG), "{path}");
    }
    for path in [
        "text_event-stream/x",
        "image_png/x",
        "application_vnd.openxmlformats-officedocument.spreadsheetml.sheet/x",
        "application_octet-stream/x",
        "text_html/small",
        "text_html/coded",
        "text_html/strong",
        "text_html/part",
        "text_html/secret",
    ] {
        let response = asking(&client, &format!("/kind/{path}")).send().await;
        assert_ne!(coding(&response), Some("gzip"), "{path}");
        let length = if path.ends_with("small") { 1_023 } else { LONG };
        response.assert_text(text(length)).await;
    }
}

#[tokio::test]
async fn only_who_takes_it_gets_it_compressed() {
    let (client, _) = client().await;
    let cases = [
        ("gzip", true),
        ("GZIP", true),
        ("x-gzip", true),
        ("*", true),
        ("br;q=1.0, gzip; q=0.5", true),
        ("identity;q=0.5, gzip", true),
        ("gzip;q=0", false),
        ("gzip; q=0.000, *", false),
        ("*;q=0", false),
        ("br", false),
        ("", false),
        ("gzip;q=0.2, identity;q=0.8", false),
        ("gzip;q=nonsense", false),
        ("gzip;level=9", false),
    ];
    for (said, compressed) in cases {
        for path in ["/kind/text_html/x", "/packed"] {
            let response = client.get(path).header("accept-encoding", said).send().await;
            assert_eq!(coding(&response).is_some(), compressed, "{said}: {path}");
            assert_eq!(response.0.headers().get_all("vary").iter().count(), 1, "{said}: {path}");
            let text_of =
                if compressed { unpacked(response).await } else { response.0.into_body().into_string().await.unwrap() };
            assert_eq!(text_of, text(LONG), "{said}: {path}");
        }
    }
    let response = client.get("/kind/text_html/x").send().await;
    assert_eq!((coding(&response), response.0.header("vary")), (None, Some("accept-encoding")));
    let head = client.head("/kind/text_html/x").header("accept-encoding", "gzip").send().await;
    assert_eq!((coding(&head), head.0.status()), (None, StatusCode::OK));
    assert!(head.0.into_body().is_empty());
}

/// What another site makes a browser ask for is not compressed, nor is the answer to a form, in which a secret may be shown.
#[tokio::test]
async fn size_tells_other_sites_nothing() {
    let (client, _) = client().await;
    let path = "/kind/text_html/x";
    let cookie = ("cookie", "__Host-membership=mbk_x");
    let compressed = async |headers: &[(&'static str, &str)]| {
        let request =
            headers.iter().fold(asking(&client, path), |request, (name, value)| request.header(*name, *value));
        coding(&request.send().await).is_some()
    };
    for site in ["cross-site", "same-site", "anything"] {
        assert!(!compressed(&[("sec-fetch-site", site)]).await, "{site}");
        assert!(!compressed(&[("sec-fetch-site", site), cookie]).await, "{site}");
    }
    for site in ["same-origin", "none"] {
        assert!(compressed(&[("sec-fetch-site", site), cookie]).await, "{site}");
    }
    assert!(!compressed(&[cookie]).await, "nobody knows who made this browser ask");
    assert!(compressed(&[("authorization", "Bearer mbk_x")]).await, "a program asks for itself");
    let posted = client.post(path).header("accept-encoding", "gzip").header("sec-fetch-site", "same-origin");
    assert_eq!(coding(&posted.send().await), None);
    let secret = asking(&client, "/kind/text_csv/secret").send().await;
    assert_eq!(secret.0.header("cache-control"), Some("no-store, no-transform"), "proxies are told, too");
    let foreign = asking(&client, "/packed").header("sec-fetch-site", "cross-site").send().await;
    assert_eq!(coding(&foreign), Some("gzip"), "public content, in which nothing is chosen");
}

/// An answer of any length is compressed while it is made, a part at a time; one that breaks off does not look whole.
#[tokio::test]
async fn long_answers_flow() {
    let (client, asked) = client().await;
    let response = asking(&client, "/endless").send().await;
    assert_eq!(coding(&response), Some("gzip"));
    let mut parts = response.0.into_body().into_bytes_stream();
    for _ in 0..10 {
        let part = parts.next().await.unwrap().unwrap();
        assert!((1..64 * 1_024).contains(&part.len()), "{} bytes", part.len());
    }
    let so_far = asked.load(Ordering::SeqCst);
    assert!(so_far < 100, "{so_far} parts were asked for to send ten");
    let mut broken = false;
    while let Some(part) = parts.next().await {
        broken |= part.is_err();
    }
    assert!(broken);
}
