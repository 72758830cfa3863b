//! docs/lifecycle.md: both state machines as pictures and tables, drawn from the tables that the kernel decides by.

use std::fmt::Write as _;

use membership_core::{
    lifecycle::{Cell, Command, MemberCommand, Stage, invitation_cell, member_cell},
    member::MemberStatus,
    refusal::Refusal as _,
};

use crate::failure::{Context, Outcome};

const HEAD: &str = "\
# Lifecycles

<!-- Written by `cargo xtask diagrams` from crates/membership-core/src/lifecycle.rs. Do not edit. -->

The tables below are the ones that the code runs by. Every cell that names no state is a refusal with a stable code.
";

const INVITATION: &str = "
## Invitation

An invitation that is past its deadline **is** expired from that moment on, for every rule, whether or not anybody has
written it down: `expire` writes it down for the audit. `generation` counts the links: a new link kills the one before.
";

const MEMBER: &str = "
## Member

Only an enabled member may do anything. Removed is final: joining again makes a new member.
";

pub(super) fn produce() -> Outcome<Option<String>> {
    let mut text = HEAD.to_owned();
    text.push_str(INVITATION);
    draw(&mut text, &invitation_arrows()).context("drawing the invitation machine")?;
    table(&mut text, &Command::ALL.map(Command::as_str), &Stage::ALL, Stage::as_str, |stage| {
        Command::ALL.map(|command| invitation_text(stage, command)).to_vec()
    })
    .context("writing the invitation table")?;
    text.push_str(MEMBER);
    draw(&mut text, &member_arrows()).context("drawing the member machine")?;
    table(
        &mut text,
        &MemberCommand::ALL.map(MemberCommand::as_str),
        &MemberStatus::ALL,
        MemberStatus::as_str,
        |status| MemberCommand::ALL.map(|command| member_text(status, command)).to_vec(),
    )
    .context("writing the member table")?;
    Ok(Some(text))
}

/// From, to, by.
type Arrow = (&'static str, &'static str, &'static str);

fn invitation_arrows() -> Vec<Arrow> {
    let mut arrows =
        vec![("[*]", Stage::Ready.as_str(), "invite, send later"), ("[*]", Stage::Invited.as_str(), "invite")];
    for stage in [Stage::Invited, Stage::Accepted] {
        arrows.push((stage.as_str(), Stage::Expired.as_str(), "deadline"));
    }
    for stage in Stage::ALL {
        for command in Command::ALL {
            match invitation_cell(stage, command) {
                Cell::To(to) if to != stage || command == Command::Resend => {
                    arrows.push((stage.as_str(), to.as_str(), command.as_str()));
                }
                Cell::To(_) | Cell::Stays | Cell::No(_) => {}
            }
        }
    }
    arrows.push((Stage::Joined.as_str(), "[*]", ""));
    arrows
}

fn member_arrows() -> Vec<Arrow> {
    let mut arrows =
        vec![("[*]", MemberStatus::NotJoined.as_str(), "invite"), ("[*]", MemberStatus::Enabled.as_str(), "found")];
    for status in MemberStatus::ALL {
        for command in MemberCommand::ALL {
            if let Ok(to) = member_cell(status, command) {
                arrows.push((status.as_str(), to.as_str(), command.as_str()));
            }
        }
    }
    arrows.push((MemberStatus::Removed.as_str(), "[*]", ""));
    arrows
}

fn invitation_text(stage: Stage, command: Command) -> String {
    match invitation_cell(stage, command) {
        Cell::To(to) => format!("**{}**", to.as_str()),
        Cell::Stays => "stays".to_owned(),
        Cell::No(closed) => format!("`{}`", closed.code()),
    }
}

fn member_text(status: MemberStatus, command: MemberCommand) -> String {
    match member_cell(status, command) {
        Ok(to) => format!("**{}**", to.as_str()),
        Err(closed) => format!("`{}`", closed.code()),
    }
}

fn draw(text: &mut String, arrows: &[Arrow]) -> std::fmt::Result {
    // Mermaid takes a hyphen in a state's name for an arrow.
    let name = |state: &str| state.replace('-', "_");
    writeln!(text, "\n```mermaid\nstateDiagram-v2")?;
    for (from, to, by) in arrows {
        let by = if by.is_empty() { String::new() } else { format!(" : {by}") };
        writeln!(text, "    {} --> {}{by}", name(from), name(to))?;
    }
    writeln!(text, "```")
}

fn table<State: Copy>(
    text: &mut String,
    commands: &[&str],
    states: &[State],
    name: impl Fn(State) -> &'static str,
    row: impl Fn(State) -> Vec<String>,
) -> std::fmt::Result {
    writeln!(text, "\n| | {} |", commands.join(" | "))?;
    writeln!(text, "|---|{}", "---|".repeat(commands.len()))?;
    for state in states {
        writeln!(text, "| **{}** | {} |", name(*state), row(*state).join(" | "))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_state_is_drawn_and_tabled() {
        let text = produce().unwrap().unwrap();
        for state in Stage::ALL.map(Stage::as_str).into_iter().chain(MemberStatus::ALL.map(MemberStatus::as_str)) {
            assert!(text.contains(&format!("| **{state}** |")), "{state} has no row");
            assert!(text.contains(&format!("--> {}", state.replace('-', "_"))), "no arrow leads to {state}");
        }
        assert!(text.contains("    accepted --> joined : join\n"), "{text}");
        assert!(text.contains("`invitation-not-accepted`"));
    }
}
