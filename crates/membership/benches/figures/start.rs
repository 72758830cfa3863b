//! From start to first answer on an existing database, and memory when idle.

use std::time::{Duration, Instant};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

use crate::{
    installation::Installation,
    process::{self, free_port},
};

pub(crate) async fn measure() {
    let Installation { server, folder, .. } = Installation::new(&[]).await;
    server.kill();
    let mut times: Vec<Duration> = Vec::new();
    let mut resident = 0;
    for _ in 0..7 {
        let port = free_port();
        let begun = Instant::now();
        let mut child = process::command(folder.path())
            .arg("serve")
            .env("MEMBERSHIP_LISTEN", format!("127.0.0.1:{port}"))
            .env("MEMBERSHIP_BASE_URL", format!("http://localhost:{port}"))
            .stdout(std::process::Stdio::null())
            .stderr(std::process::Stdio::null())
            .spawn()
            .expect("the binary starts");
        while !answers(port).await {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        times.push(begun.elapsed());
        tokio::time::sleep(Duration::from_secs(2)).await;
        resident = resident_kib(child.id());
        child.kill().expect("a process to kill");
        child.wait().expect("its end");
    }
    times.sort_unstable();
    let (least, median, most) = (times[0], times[times.len() / 2], times[times.len() - 1]);
    println!("start to first answer on an existing database: median {median:.0?} (from {least:.0?} to {most:.0?})");
    println!("resident memory, idle: {:.1} MiB", f64::from(resident) / 1024.0);
}

async fn answers(port: u16) -> bool {
    let Ok(mut stream) = TcpStream::connect(("127.0.0.1", port)).await else { return false };
    let request = b"GET /readyz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    let mut answer = String::new();
    stream.write_all(request).await.is_ok()
        && stream.read_to_string(&mut answer).await.is_ok()
        && answer.starts_with("HTTP/1.1 200")
}

pub(crate) fn resident_kib(process: u32) -> u32 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap_or_default();
    line.split_whitespace().next().and_then(|kib| kib.parse().ok()).unwrap_or_default()
}
