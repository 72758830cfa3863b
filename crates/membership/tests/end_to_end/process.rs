//! The binary as a process.

use std::{
    io::{BufRead as _, BufReader},
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    time::{Duration, Instant},
};

/// The binary under test.
pub(crate) const BINARY: &str = env!("CARGO_BIN_EXE_membership");

/// A running server, killed when dropped.
pub(crate) struct Server {
    child: Child,
    pub(crate) base: String,
    pub(crate) port: u16,
    /// The set-up link that it printed, while there is nothing set up.
    pub(crate) set_up_link: Option<String>,
    settings: Vec<(String, String)>,
}

/// The binary with nothing of this process's own settings.
pub(crate) fn command(data: &Path) -> Command {
    let mut command = Command::new(BINARY);
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("MEMBERSHIP_")) {
        command.env_remove(name);
    }
    command.current_dir(data).env("MEMBERSHIP_DATA_DIR", data.join("data"));
    command
}

/// A port that was free a moment ago.
pub(crate) fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("its address").port()
}

impl Server {
    /// Starts a server over `data`, with `settings` on top, and waits until it answers.
    pub(crate) fn start(data: &Path, settings: &[(&str, &str)]) -> Self {
        let settings = settings.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Self::start_with(data, settings)
    }

    fn start_with(data: &Path, settings: Vec<(String, String)>) -> Self {
        let port = free_port();
        let base = format!("http://localhost:{port}");
        let mut command = command(data);
        command
            .arg("serve")
            .env("MEMBERSHIP_LISTEN", format!("127.0.0.1:{port}"))
            .env("MEMBERSHIP_BASE_URL", &base)
            .envs(settings.iter().map(|(name, value)| (name, value)))
            .stdout(Stdio::piped())
            .stderr(log(data));
        let child = command.spawn().expect("the binary starts");
        let mut server = Self { child, base, port, set_up_link: None, settings };
        let stdout = BufReader::new(server.child.stdout.take().expect("its output"));
        for line in stdout.lines() {
            let line = line.expect("text");
            if line.trim_start().starts_with(&server.url("/set-up/")) {
                server.set_up_link = Some(line.trim().to_owned());
            }
            if line.starts_with("ready") {
                return server;
            }
        }
        panic!("the server ended before it was ready: {}", log_text(data));
    }

    /// Ends it as a crash would.
    pub(crate) fn kill(mut self) {
        self.child.kill().expect("a process to kill");
        self.child.wait().expect("its end");
    }

    /// Asks it to end, and waits.
    pub(crate) fn stop(mut self) -> ExitStatus {
        let id = self.child.id().to_string();
        Command::new("kill").args(["-TERM", &id]).status().expect("kill");
        let deadline = Instant::now() + Duration::from_secs(20);
        loop {
            if let Some(status) = self.child.try_wait().expect("its state") {
                return status;
            }
            assert!(Instant::now() < deadline, "the server did not end in 20 seconds");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// The same server again, over the same data.
    pub(crate) fn restart(self, data: &Path) -> Self {
        let settings = self.settings.clone();
        self.kill();
        Self::start_with(data, settings)
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended already.
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// Runs the binary to its end.
pub(crate) fn run(data: &Path, arguments: &[&str], settings: &[(&str, &str)]) -> (ExitStatus, String, String) {
    let output = command(data).args(arguments).envs(settings.iter().copied()).output().expect("the binary runs");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("text");
    (output.status, text(output.stdout), text(output.stderr))
}

fn log_path(data: &Path) -> PathBuf {
    data.join("server.log")
}

fn log(data: &Path) -> Stdio {
    let file = std::fs::OpenOptions::new().create(true).append(true).open(log_path(data));
    Stdio::from(file.expect("a log file"))
}

/// Everything that servers over `data` have logged.
pub(crate) fn log_text(data: &Path) -> String {
    std::fs::read_to_string(log_path(data)).unwrap_or_default()
}
