//! Five hundred people at the door at once: what it costs in memory, how long the surplus waits for its no, and whether the
//! server still says that it is alive.

use std::time::{Duration, Instant};

use serde_json::json;
use tokio::{task::JoinSet, time::sleep};

use crate::{installation::Installation, start::resident_kib, wire::Wire};

const PEOPLE: u8 = 250;
const EACH: u16 = 2;

/// Each from an address of its own, as through a proxy: else the pace of one client would answer for the gate.
pub(crate) async fn measure() {
    let settings = [("MEMBERSHIP_LOG__FILTER", "warn"), ("MEMBERSHIP_TRUSTED_PROXIES", "[\"127.0.0.1\"]")];
    let installation = Installation::new(&settings).await;
    let (port, process) = (installation.server.port, installation.server.id());
    let mut wires = Vec::new();
    for person in 0..PEOPLE {
        for net in 0..EACH {
            let wire = Wire::connect(port, "").await.forwarded_for(&format!("198.{}.{net}.{person}", 18 + net % 2));
            wires.push((wire, format!("nobody{person}x{net}")));
        }
    }
    let before = resident_kib(process);
    let begun = Instant::now();
    let mut people = JoinSet::new();
    for (mut wire, login) in wires {
        people.spawn(async move {
            let body = json!({ "login": login, "password": "some wrong password", "transport": "bearer" }).to_string();
            let asked = Instant::now();
            (wire.post("/api/v1/sessions", &body).await, asked.elapsed())
        });
    }
    let watch = tokio::spawn(watch(port, process, begun));
    let answers = people.join_all().await;
    let all = begun.elapsed();
    let (peak, mut alive) = watch.await.expect("the watch");
    let times = |statuses: &[u16]| {
        let mut times: Vec<Duration> =
            answers.iter().filter(|(status, _)| statuses.contains(status)).map(|(_, time)| *time).collect();
        times.sort_unstable();
        times
    };
    let (tried, refused) = (times(&[401]), times(&[429, 503]));
    alive.sort_unstable();
    println!("{} sign-ins at once, wrong names, all answered in {all:.2?}", answers.len());
    println!("  memory: {} MiB before, {} MiB more at the peak", before / 1_024, peak.saturating_sub(before) / 1_024);
    println!("  tried: {}, the last after {:.2?}", tried.len(), percentile(&tried, 100));
    println!(
        "  refused: {}, median {:.1?}, 99 % within {:.1?}",
        refused.len(),
        percentile(&refused, 50),
        percentile(&refused, 99)
    );
    println!("  /livez meanwhile: {} times, 99 % within {:.1?}", alive.len(), percentile(&alive, 99));
}

/// The highest memory, and the times that `/livez` took, for as long as the server is busy with the flood.
async fn watch(port: u16, process: u32, begun: Instant) -> (u32, Vec<Duration>) {
    let mut wire = Wire::connect(port, "").await;
    let (mut peak, mut times) = (0, Vec::new());
    while begun.elapsed() < Duration::from_secs(3) {
        let asked = Instant::now();
        assert_eq!(wire.get("/livez").await, 200);
        times.push(asked.elapsed());
        peak = peak.max(resident_kib(process));
        sleep(Duration::from_millis(2)).await;
    }
    (peak, times)
}

fn percentile(sorted: &[Duration], percent: usize) -> Duration {
    let at = (sorted.len() * percent).div_ceil(100).saturating_sub(1);
    sorted.get(at).copied().unwrap_or_default()
}
