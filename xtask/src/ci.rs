//! `cargo xtask ci`: everything a change must pass. All steps run even when one fails, so that one run shows all
//! there is to mend; the quick ones come first, and the tests last, where their summary is found.

use std::time::{Duration, Instant};

use crate::failure::{Failure, Outcome};
use crate::process::{self, cargo};
use crate::{generated, requirements, spec_lint, test, tidy};

type Step = (&'static str, fn() -> Outcome);

const STEPS: [Step; 9] = [
    ("fmt", || process::run(cargo().args(["fmt", "--all", "--check"]))),
    ("tidy", tidy::run),
    ("requirements", requirements::check),
    ("clippy", || process::run(cargo().args(["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"]))),
    ("doc", || process::run(cargo().args(["doc", "--workspace", "--no-deps"]).env("RUSTDOCFLAGS", "--deny warnings"))),
    ("openapi", || generated::run(&generated::OPENAPI, true)),
    ("diagrams", || generated::run(&generated::LIFECYCLE, true)),
    ("spec-lint", spec_lint::run),
    ("test", || test::run(&[])),
];

pub(crate) fn run() -> Outcome {
    let start = Instant::now();
    let results = run_steps(&STEPS);
    println!("\n== summary");
    for (name, took, outcome) in &results {
        println!("{}", line(name, *took, outcome));
    }
    println!("{:.0} s in all", start.elapsed().as_secs_f32());
    verdict(&results)
}

type StepResult = (&'static str, Duration, Outcome);

fn run_steps(steps: &[Step]) -> Vec<StepResult> {
    let run_one = |&(name, step): &Step| {
        println!("\n== {name}");
        let start = Instant::now();
        let outcome = step();
        if let Err(failure) = &outcome {
            println!("error: {failure}");
        }
        println!("{}", line(name, start.elapsed(), &outcome));
        (name, start.elapsed(), outcome)
    };
    steps.iter().map(run_one).collect()
}

fn line(name: &str, took: Duration, outcome: &Outcome) -> String {
    let word = if outcome.is_ok() { "ok" } else { "FAILED" };
    format!("{name:<14}{word:<8}{:>7.1} s", took.as_secs_f32())
}

fn verdict(results: &[StepResult]) -> Outcome {
    let failed: Vec<&str> =
        results.iter().filter(|(_, _, outcome)| outcome.is_err()).map(|&(name, _, _)| name).collect();
    if failed.is_empty() { Ok(()) } else { Err(Failure::new(format!("failed: {}", failed.join(", ")))) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_failed_step_stops_no_other_but_fails_the_whole() {
        let steps: [Step; 3] = [("first", || Ok(())), ("second", || Err(Failure::new("broken"))), ("third", || Ok(()))];
        let results = run_steps(&steps);
        assert_eq!(results.len(), 3);
        assert_eq!(verdict(&results), Err(Failure::new("failed: second")));
        assert_eq!(verdict(&run_steps(&steps[..1])), Ok(()));
    }
}
