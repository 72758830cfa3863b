//! One member, asked for by somebody who is signed in, beside the bare framework's endpoint that answers with JSON after one
//! indexed read of the same database.

use std::time::{Duration, Instant};

use poem::{EndpointExt as _, Route, Server, get, handler, listener::TcpAcceptor, web::Data, web::Json, web::Path};
use sea_orm::{ConnectOptions, ConnectionTrait as _, Database, DatabaseConnection, Statement};
use serde_json::{Value, json};
use tokio::task::JoinSet;
use uuid::Uuid;

use crate::{installation::Installation, wire::Wire};

const CLIENTS: usize = 32;
const TIME: Duration = Duration::from_secs(5);
const ROUNDS: usize = 3;

pub(crate) async fn measure() {
    let installation = Installation::new(&[("MEMBERSHIP_LOG__FILTER", "warn")]).await;
    let member = installation.get(&installation.path("/members")).await.expect(200)["members"][0]["id"].clone();
    let member = member.as_str().expect("a member").to_owned();
    let bare = bare(&installation).await;
    let (own, plain) = (installation.path(&format!("/members/{member}")), format!("/{}/{member}", installation.tenant));
    println!("one member over HTTP on SQLite, {CLIENTS} clients, in turns");
    let (mut best_own, mut best_bare) = (0.0_f64, 0.0_f64);
    for _ in 0..ROUNDS {
        best_own = best_own.max(rate(installation.server.port, &installation.token, &own).await);
        best_bare = best_bare.max(rate(bare, "", &plain).await);
    }
    println!("  signed in, as the tenant shows it: {best_own:.0} a second");
    println!("  the bare framework, one indexed read: {best_bare:.0} a second");
    println!("  ratio {:.2}", best_own / best_bare);
}

async fn rate(port: u16, token: &str, path: &str) -> f64 {
    let begun = Instant::now();
    let mut clients = JoinSet::new();
    for _ in 0..CLIENTS {
        let mut wire = Wire::connect(port, token).await;
        let path = path.to_owned();
        clients.spawn(async move {
            let mut answers = 0_u32;
            while begun.elapsed() < TIME {
                assert_eq!(wire.get(&path).await, 200);
                answers += 1;
            }
            answers
        });
    }
    let answers: u32 = clients.join_all().await.into_iter().sum();
    f64::from(answers) / begun.elapsed().as_secs_f64()
}

#[handler]
async fn one(Data(database): Data<&DatabaseConnection>, Path((tenant, member)): Path<(Uuid, Uuid)>) -> Json<Value> {
    let sql = "SELECT name, email, status FROM member WHERE tenant_id = $1 AND id = $2";
    let question = Statement::from_sql_and_values(database.get_database_backend(), sql, [tenant.into(), member.into()]);
    let row = database.query_one_raw(question).await.expect("a question").expect("a row");
    let text = |column: &str| row.try_get::<Option<String>>("", column).expect("a text");
    Json(json!({ "id": member, "name": text("name"), "email": text("email"), "status": text("status") }))
}

/// On threads of its own, as many as the server has; the load stays on this one.
async fn bare(installation: &Installation) -> u16 {
    let url = format!("sqlite://{}?mode=ro", installation.data().join("data/membership.db").display());
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("its address").port();
    let (ready, started) = tokio::sync::oneshot::channel();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async {
            let mut options = ConnectOptions::new(url);
            options.max_connections(4).sqlx_logging(false).test_before_acquire(false);
            let database = Database::connect(options).await.expect("the database");
            let app = Route::new().at("/:tenant/:member", get(one)).data(database);
            listener.set_nonblocking(true).expect("no blocking");
            let acceptor = TcpAcceptor::from_std(listener).expect("an acceptor");
            ready.send(()).expect("somebody waits");
            Server::new_with_acceptor(acceptor).run(app).await.expect("a server");
        });
    });
    started.await.expect("it starts");
    port
}
