//! The product that docs/custodians.md shows, which keeps recordings for members.

use std::process::{Child, Command, Stdio};

pub(super) const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const PAGE: &str = include_str!("../../../../../../../docs/custodians.md");

/// It runs until this is dropped.
pub(super) struct Product(Child);

impl Product {
    /// Starts it, with two recordings that `member` of `tenant` keeps there.
    pub(super) fn start(port: u16, tenant: &str, member: &str) -> Self {
        let program = PAGE.split("\n```python\n").nth(1).and_then(|rest| rest.split("\n```\n").next());
        let program = program.expect("the program");
        let program = program.replace("0197c0de-0000-7000-8000-000000000001", tenant);
        let program = program.replace("0197c0de-0000-7000-8000-000000000002", member);
        let child = Command::new("python3")
            .args(["-c", &program])
            .env("CUSTODIAN_SECRET", SECRET)
            .env("PORT", port.to_string())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        Self(child.expect("python3"))
    }
}

impl Drop for Product {
    fn drop(&mut self) {
        self.0.kill().ok();
        self.0.wait().ok();
    }
}
