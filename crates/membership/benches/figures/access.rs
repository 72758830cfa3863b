//! Checks over HTTP.

use std::time::{Duration, Instant};

use tokio::task::JoinSet;

use crate::{installation::Installation, wire::Wire};

const CLIENTS: usize = 32;
const TIME: Duration = Duration::from_secs(10);

/// One question a request, by a signed-in member about itself, as an application would ask for its user.
pub(crate) async fn measure() {
    let installation = Installation::new(&[("MEMBERSHIP_LOG__FILTER", "warn")]).await;
    println!("checks over HTTP on SQLite, {CLIENTS} clients, one question in a request");
    let path = installation.path("/check?permission=membership:members.read");
    let begun = Instant::now();
    let mut clients = JoinSet::new();
    for _ in 0..CLIENTS {
        let mut wire = Wire::connect(installation.server.port, &installation.token).await;
        let path = path.clone();
        clients.spawn(async move {
            let mut checks = 0_u32;
            while begun.elapsed() < TIME {
                assert_eq!(wire.get(&path).await, 200);
                checks += 1;
            }
            checks
        });
    }
    let checks: u32 = clients.join_all().await.into_iter().sum();
    println!("  {:.0} checks a second", f64::from(checks) / begun.elapsed().as_secs_f64());
}
