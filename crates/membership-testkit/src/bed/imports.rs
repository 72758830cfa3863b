//! Importing tables into the bed.

use membership_core::{
    context::Context,
    import::{
        Import, ImportState, Mode, VerdictKind,
        result::{ImportRow, RowFilter},
        start::ImportOf,
    },
};

use super::Bed;
use crate::{Failure, TypedTable};

impl Bed {
    /// Plans `table`, as the administrator.
    pub async fn planned(&self, table: &TypedTable) -> Result<Import, Failure> {
        self.planned_by(&self.as_administrator(), table).await
    }

    /// Plans `table`, as `ctx.actor`.
    pub async fn planned_by(&self, ctx: &Context, table: &TypedTable) -> Result<Import, Failure> {
        Ok(self.membership.plan_import(ctx, self.tenant.id, "people.xlsx", &mut table.clone()).await?)
    }

    /// Plans `table` and carries it out to its end, as `ctx.actor`.
    pub async fn imported_by(&self, ctx: &Context, table: &TypedTable, mode: Mode) -> Result<Import, Failure> {
        let planned = self.planned_by(ctx, table).await?;
        let which = ImportOf { tenant: self.tenant.id, import: planned.id };
        self.membership.start_import(ctx, which, &planned.digest, mode).await?;
        self.carry_out(which).await
    }

    /// Plans `table` and carries it out to its end, as the administrator, row by row.
    pub async fn imported(&self, table: &TypedTable) -> Result<Import, Failure> {
        self.imported_by(&self.as_administrator(), table, Mode::RowByRow).await
    }

    /// Carries out an import that was started, to its end.
    pub async fn carry_out(&self, which: ImportOf) -> Result<Import, Failure> {
        loop {
            let import = self.membership.advance_import(&self.as_system(), which).await?;
            let import = import.ok_or("the import is not being carried out")?;
            if let ImportState::Ended { .. } = import.state {
                return Ok(import);
            }
        }
    }

    /// The rows of an import, as its maker sees them.
    pub async fn rows_of(&self, ctx: &Context, import: &Import) -> Result<Vec<ImportRow>, Failure> {
        let which = ImportOf { tenant: import.tenant, import: import.id };
        Ok(self.membership.import_rows(ctx, which, RowFilter::default(), u16::MAX).await?)
    }

    /// What each row does, or did, with the codes of why not.
    pub async fn told_of(&self, import: &Import) -> Result<Vec<(VerdictKind, Vec<String>)>, Failure> {
        let rows = self.rows_of(&self.as_administrator(), import).await?;
        let codes = |row: &ImportRow| row.verdict().faults().iter().map(|fault| fault.code.clone()).collect();
        Ok(rows.iter().map(|row| (row.verdict().kind(), codes(row))).collect())
    }
}
