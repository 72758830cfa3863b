//! The events of an import.

use super::*;
use crate::{
    actor::Principal,
    import::{
        BlockOutcomes, Column, Course, Ending, Header, Import, ImportState, Mode, Outcome, RowFault, Totals, Verdict,
        Way,
    },
};

fn course(done: Vec<Totals>) -> Course {
    Course { mode: Mode::RowByRow, started_at: moment(60), done }
}

fn import(state: ImportState) -> Import {
    let principal: Principal = account().principal(&session());
    let planned = vec![Totals { create: 1, refuse: 1, mails: 1, ..Totals::default() }];
    Import {
        id: crate::id::ImportId::from_uuid(id(51)),
        tenant: tenant().id,
        maker: member().id,
        principal,
        file: "people.xlsx".to_owned(),
        header: Header::default(),
        created_at: moment(50),
        basis: crate::import::Basis {
            catalogue: tenant().catalogue,
            tree: tenant().tree,
            policy: "policy".to_owned(),
            rights: "rights".to_owned(),
        },
        text: 100,
        planned,
        digest: "digest".to_owned(),
        state,
    }
}

pub(super) fn events() -> Vec<Event> {
    let fault = RowFault {
        column: Some(Column::Roles),
        code: "grant-exceeds-own".to_owned(),
        reason: "a reason".to_owned(),
        fix: "a fix".to_owned(),
    };
    let rows = vec![
        (2, Outcome { verdict: Verdict::Create { way: Way::Mail }, member: Some(member().id) }),
        (3, Outcome { verdict: Verdict::Refuse { faults: vec![fault] }, member: None }),
    ];
    let done = vec![Totals { create: 1, refuse: 1, mails: 1, ..Totals::default() }];
    let ended =
        ImportState::Ended { course: course(done.clone()), at: moment(61), how: Ending::Cancelled { by: member().id } };
    vec![
        Event::ImportStarted(import(ImportState::Running(course(Vec::new())))),
        Event::ImportAdvanced {
            import: import(ImportState::Running(course(done))),
            outcomes: vec![BlockOutcomes { block: 0, rows }],
        },
        Event::ImportEnded(import(ended)),
    ]
}
