//! `membership serve`: the server, from its first breath to its last.

use std::{sync::Arc, time::Duration};

use futures_util::FutureExt as _;
use membership_console::{Letters, TestMail, problem_page};
use membership_server::{Check, Metrics, Readiness, Site, Workers};
use membership_store::Database;
use membership_web::{Deadlines, Patience, Shell, system_clock};
use poem::{Route, Server};
use tokio::{
    net::TcpListener,
    signal::unix::{SignalKind, signal},
    sync::Mutex,
};

use crate::{
    config::Config,
    failure::{Context, Outcome},
    letters::ShownMailbox,
    service::Service,
    test_mail::TriedMail,
};

/// Most connections at once; more wait in the system's queue.
const CONNECTIONS: usize = 4_096;
/// How long a page that takes a table may take.
const UPLOAD_TIME: Duration = Duration::from_mins(5);
/// How long requests under way may take once the server was asked to end.
const GRACE: Duration = Duration::from_secs(10);

/// Serves until asked to end.
pub(crate) async fn run(config: &Config) -> Outcome {
    let service = Service::open(config).await?;
    let running = Running::start(config, &service).await?;
    println!("listening on http://{}, reached by people at {}", running.address, config.base_url);
    if let Some(link) = service.membership.issue_set_up_link(&service.edge.system()).await.context("the set-up link")? {
        println!("this installation is not set up yet; within one hour, open\n  {link}");
    }
    println!("ready");
    running.until(asked_to_end()?).await
}

/// A server that listens.
pub(crate) struct Running {
    /// Where.
    pub(crate) address: std::net::SocketAddr,
    listener: TcpListener,
    database: Arc<Database>,
    shell: Shell<Route>,
    workers: Arc<Mutex<Option<Workers>>>,
}

impl Running {
    /// Binds the address and starts the workers. Requests are answered from [`Running::until`] on.
    pub(crate) async fn start(config: &Config, service: &Service) -> Outcome<Self> {
        let listener = TcpListener::bind(config.listen).await.context(format!("listening on {}", config.listen))?;
        let address = listener.local_addr().context("listening")?;
        let metrics = Metrics::new().context("the metrics")?;
        let traces = Arc::clone(&service.database) as _;
        let workers = Workers::start(&service.edge, service.postman.clone(), traces, &metrics);
        let workers = Arc::new(Mutex::new(Some(workers)));
        let letters = service.mailbox().cloned().map(|mailbox| Arc::new(ShownMailbox(mailbox)) as Arc<dyn Letters>);
        let site = Site {
            edge: service.edge.clone(),
            readiness: readiness(&service.database, &workers),
            metrics: config.metrics.then(|| metrics.clone()),
        };
        let route = site.mount(Route::new());
        let clock = system_clock();
        let test_mail = service.way.clone().map(|way| Arc::new(TriedMail { way, clock }) as Arc<dyn TestMail>);
        let options = membership_console::Options { letters, test_mail };
        let route = route.nest_no_strip("/", membership_console::routes(options));
        let mut limits = Site::limits();
        limits.files.extend(membership_console::files(UPLOAD_TIME));
        let shell = Shell::new(service.edge.clone(), route)
            .limits(limits)
            .page(problem_page)
            .observe(move |exchange| metrics.observe(exchange));
        Ok(Self { address, listener, database: Arc::clone(&service.database), shell, workers })
    }

    /// Answers requests until `end`, then lets everything finish.
    pub(crate) async fn until(self, end: impl Future<Output = ()> + Send) -> Outcome {
        let acceptor = Deadlines::new(self.listener, CONNECTIONS, Patience::default()).context("listening")?;
        let server = Server::new_with_acceptor(acceptor);
        let served = server.run_with_graceful_shutdown(self.shell, end, Some(GRACE)).await.context("serving");
        if let Some(workers) = self.workers.lock().await.take() {
            workers.stop().await;
        }
        self.database.close().await;
        served
    }
}

fn readiness(database: &Arc<Database>, workers: &Arc<Mutex<Option<Workers>>>) -> Readiness {
    let (database, workers) = (Arc::clone(database), Arc::clone(workers));
    Arc::new(move || {
        let (database, workers) = (Arc::clone(&database), Arc::clone(&workers));
        async move {
            let fault = database.ping().await.err().map(|error| format!("{error:?}"));
            let mut checks = vec![Check { part: "database", fault }];
            checks.extend(workers.lock().await.iter().flat_map(Workers::checks));
            checks
        }
        .boxed()
    })
}

/// Ends when the process is asked to end: SIGTERM, or Ctrl-C.
pub(crate) fn asked_to_end() -> Outcome<impl Future<Output = ()> + Send> {
    let mut terminate = signal(SignalKind::terminate()).context("listening for SIGTERM")?;
    let mut interrupt = signal(SignalKind::interrupt()).context("listening for Ctrl-C")?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}
