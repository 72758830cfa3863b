//! Plan: reads a table and weighs every row, and changes nothing. What was read is kept, with what it would do, under a digest.

use std::collections::HashMap;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};

use super::{
    BLOCK, Basis, Column, Header, Import, ImportClosed, ImportState, ImportUnknown, Line, MAX_ROWS, MAX_TEXT,
    MOST_KEPT, PlannedRow, RowFault, RowRefused, Rows, Totals, Unreadable, Verdict,
    column::{EXAMPLE, HeaderError},
    names::Names,
    typed::{Key, Typed, kept},
    weigh::{NoEntropy, Scale, Weighed},
    written,
};
use crate::{
    Membership,
    actor::{Denied, Grants},
    context::Context,
    id::{ImportId, TenantId},
    refusal::refusals,
    role::Permission,
    store::{Scope, StoreError},
    tenant::Tenant,
};

/// Most letters of a file's name that are kept.
const MAX_FILE_CHARS: usize = 120;

refusals! {
    /// Why a table was not planned.
    pub enum PlanError {
        /// Too many are kept.
        TooMany = TooMany "imports-too-many"
            ("50 imports of this tenant are kept at a time", "remove some that are not needed any more, or wait: a plan is kept for a day");
    } passing Unreadable(Unreadable), Header(HeaderError), Unknown(ImportUnknown), Closed(ImportClosed), Denied(Denied), Store(StoreError)
}

/// What somebody may write into a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Guide {
    /// What the tenant is called.
    pub tenant: String,
    /// The departments to choose from, as the column takes them, in the order of the tree.
    pub departments: Vec<String>,
    /// The roles that may be given, as the column takes them, by name.
    pub roles: Vec<String>,
}

impl Membership {
    /// What whoever asks may write into a table. Needs what an import needs.
    pub async fn import_guide(&self, ctx: &Context, tenant: TenantId) -> Result<Guide, PlanError> {
        let (_, grants, tenant) = self.may_import(ctx, tenant).await?;
        let names = Names::of(&grants);
        let tree = grants.tree();
        let invite = |id| {
            grants.holds_over(&Permission::MEMBERS_INVITE, id) || grants.holds_over(&Permission::MEMBERS_MANAGE, id)
        };
        let open =
            tree.root().into_iter().flat_map(|root| tree.subtree(root.id)).filter(|department| invite(department.id));
        Ok(Guide {
            tenant: tenant.name.to_string(),
            departments: open.map(|department| names.way(department.id)).collect(),
            roles: names.roles_to_give(&grants),
        })
    }

    /// Reads `rows`, a table from a file called `file`, and plans what importing it would do. It changes nothing of the tenant.
    /// Needs [`Permission::MEMBERS_INVITE`] or [`Permission::MEMBERS_MANAGE`] over some department.
    pub async fn plan_import(
        &self,
        ctx: &Context,
        tenant: TenantId,
        file: &str,
        rows: &mut dyn Rows,
    ) -> Result<Import, PlanError> {
        let (principal, grants, known) = self.may_import(ctx, tenant).await?;
        if self.imports.imports(tenant).await?.len() >= usize::from(MOST_KEPT) {
            return Err(PlanError::TooMany);
        }
        let titles = rows.next(1).await?.into_iter().next().ok_or(Unreadable::Empty)?;
        let (header, places) = Header::read(&titles.cells)?;
        let mut import = Import {
            id: ImportId::new(ctx.now, self.entropy.as_ref()),
            tenant,
            maker: grants.member().id,
            principal,
            file: file.chars().map(|c| if c.is_control() { ' ' } else { c }).take(MAX_FILE_CHARS).collect(),
            header,
            created_at: ctx.now,
            basis: Self::basis(&known, &grants),
            text: 0,
            planned: Vec::new(),
            digest: String::new(),
            state: ImportState::Reading,
        };
        self.imports.keep(&import).await?;
        let plan = Planner::of(ctx, &grants, &import);
        let planned = match self.read_and_plan(plan, &mut import, &places, rows).await {
            Ok(()) => self.imports.keep(&import).await.map_err(PlanError::from),
            Err(error) => Err(error),
        };
        match planned {
            Ok(()) => Ok(import),
            Err(error) => {
                self.imports.forget(tenant, import.id).await?;
                Err(error)
            }
        }
    }

    /// Plans an import anew that was planned before: the tenant may have changed since. It changes nothing of the tenant.
    pub async fn plan_import_again(&self, ctx: &Context, tenant: TenantId, id: ImportId) -> Result<Import, PlanError> {
        let (_, grants, known) = self.may_import(ctx, tenant).await?;
        let import = self.imports.import(tenant, id).await?.filter(|import| import.maker == grants.member().id);
        let mut import = import.ok_or(ImportUnknown::Here)?;
        match import.state {
            ImportState::Planned => {}
            ImportState::Reading => return Err(ImportClosed::Unread.into()),
            ImportState::Running(_) | ImportState::Ended { .. } => return Err(ImportClosed::Started.into()),
        }
        import.basis = Self::basis(&known, &grants);
        let blocks = import.blocks();
        import.planned.clear();
        self.imports.keep(&Import { state: ImportState::Reading, ..import.clone() }).await?;
        let mut plan = Planner::of(ctx, &grants, &import);
        for block in 0..blocks {
            let kept = self.imports.block(tenant, id, block).await?.ok_or(ImportClosed::Unread)?;
            let rows = kept.rows()?.into_iter().map(|row| (row.number, row.cells)).collect();
            self.plan_block(&mut plan, &mut import, rows).await?;
        }
        import.digest = plan.digest();
        import.state = ImportState::Planned;
        self.imports.keep(&import).await?;
        Ok(import)
    }

    async fn read_and_plan(
        &self,
        mut plan: Planner<'_>,
        import: &mut Import,
        places: &[usize],
        rows: &mut dyn Rows,
    ) -> Result<(), PlanError> {
        let name = import.header.0.iter().position(|heading| heading.column == Some(Column::Name));
        let mut count = 0;
        loop {
            let lines = rows.next(BLOCK as usize).await?;
            if lines.is_empty() {
                break;
            }
            let lines = lines.into_iter().map(|line: Line| (line.number, kept(line, places)));
            let is_example = |cells: &[String]| name.and_then(|at| cells.get(at)).is_some_and(|cell| cell == EXAMPLE);
            let lines = lines.filter(|(_, cells)| !is_example(cells) && cells.iter().any(|cell| !cell.is_empty()));
            let lines: Vec<(u32, Vec<String>)> = lines.collect();
            count += lines.len();
            let text = lines.iter().flat_map(|(_, cells)| cells).map(String::len).sum::<usize>();
            import.text += text as u64;
            if import.text > MAX_TEXT {
                return Err(Unreadable::TooLarge { what: "its cells hold more than 32 MiB of text".to_owned() }.into());
            }
            if count > MAX_ROWS as usize {
                return Err(Unreadable::TooManyRows.into());
            }
            if !lines.is_empty() {
                self.plan_block(&mut plan, import, lines).await?;
            }
        }
        if count == 0 {
            return Err(Unreadable::NoRows.into());
        }
        import.digest = plan.digest();
        import.state = ImportState::Planned;
        Ok(())
    }

    async fn plan_block(
        &self,
        plan: &mut Planner<'_>,
        import: &mut Import,
        rows: Vec<(u32, Vec<String>)>,
    ) -> Result<(), PlanError> {
        let mut tx = self.store.begin(Scope::Tenant(import.tenant)).await?;
        let (tenant, grants) = self.admitted(tx.as_mut(), plan.ctx).await?;
        if !plan.names.are_of(&grants) {
            plan.names = Names::of(&grants);
        }
        let mut typed = Vec::with_capacity(rows.len());
        let mut refused = Vec::with_capacity(rows.len());
        for (number, cells) in &rows {
            let row = Typed::read(&plan.columns, cells, &mut plan.names, &tenant.policy);
            let fault = plan.first_fault(*number, &row);
            let faults = fault.map(|fault| row.faults.iter().cloned().chain([fault]).collect::<Vec<_>>());
            if faults.is_none() {
                typed.push(row);
            }
            refused.push(faults);
        }
        let scale = Scale { membership: self, ctx: plan.ctx, tenant: &tenant, grants: &grants, entropy: &NoEntropy };
        let mut weighed = scale.weigh(tx.as_mut(), &mut plan.names, typed).await?.into_iter();
        drop(tx);
        let mut totals = Totals::default();
        let mut planned = Vec::with_capacity(rows.len());
        for ((number, cells), refused) in rows.into_iter().zip(refused) {
            let weighed = match refused {
                Some(faults) => Weighed::refused(faults),
                None => plan.once(number, weighed.next().unwrap_or_else(|| Weighed::refused([]))),
            };
            totals.count(weighed.verdict.kind(), weighed.mails());
            planned.push(PlannedRow { number, cells, verdict: weighed.verdict });
        }
        let text = written(&planned);
        plan.hash.update(&text);
        self.imports.keep_block(import.tenant, import.id, import.blocks(), &text).await?;
        import.planned.push(totals);
        Ok(())
    }

    /// Whether `ctx.actor` may import anything into `tenant`.
    pub(super) async fn may_import(
        &self,
        ctx: &Context,
        tenant: TenantId,
    ) -> Result<(crate::actor::Principal, Grants, Tenant), PlanError> {
        let principal = ctx.actor.principal()?;
        let mut tx = self.store.begin(Scope::Tenant(tenant)).await?;
        let (tenant, grants) = self.admitted(tx.as_mut(), ctx).await?;
        grants.importing()?;
        Ok((principal, grants, tenant))
    }
}

/// A plan in the making.
struct Planner<'a> {
    ctx: &'a Context,
    columns: Vec<Option<Column>>,
    names: Names,
    seen: HashMap<[u8; 16], u32>,
    hash: Sha256,
}

impl<'a> Planner<'a> {
    fn of(ctx: &'a Context, grants: &Grants, import: &Import) -> Self {
        let columns = import.header.0.iter().map(|heading| heading.column).collect();
        let mut hash = Sha256::new();
        hash.update(b"membership import v1\0");
        hash.update(import.id.as_uuid().as_bytes());
        Self { ctx, columns, names: Names::of(grants), seen: HashMap::new(), hash }
    }

    /// Why row `number` cannot be about anybody, or not about whom it is.
    fn first_fault(&mut self, number: u32, row: &Typed) -> Option<RowFault> {
        let keys = row.keys();
        if keys.is_empty() && row.faults.is_empty() {
            return Some(RowFault::new(None, &RowRefused::Nobody));
        }
        let mut first = None;
        for key in keys {
            let column = Column::from(&key);
            let before = *self.seen.entry(mark(&key)).or_insert(number);
            if before != number && first.is_none() {
                first = Some(RowFault::new(column, &RowRefused::Repeated { row: before }));
            }
        }
        first
    }

    /// The row, unless one before it changes the same member.
    fn once(&mut self, number: u32, weighed: Weighed) -> Weighed {
        let (Some(member), false) = (weighed.member, matches!(weighed.verdict, Verdict::Create { .. })) else {
            return weighed;
        };
        let before = *self.seen.entry(mark(&Key::Member(member))).or_insert(number);
        if before == number {
            weighed
        } else {
            Weighed::refused([RowFault::new(None, &RowRefused::Repeated { row: before })])
        }
    }

    fn digest(self) -> String {
        URL_SAFE_NO_PAD.encode(self.hash.finalize())
    }
}

/// A short mark of a key, so that a hundred thousand of them are no burden.
fn mark(key: &Key) -> [u8; 16] {
    let mut hash = Sha256::new();
    match key {
        Key::Member(id) => hash.update([b"m".as_slice(), id.as_uuid().as_bytes()].concat()),
        Key::Username(name) => hash.update([b"u", name.as_str().as_bytes()].concat()),
        Key::Email(email) => hash.update([b"e", email.as_str().as_bytes()].concat()),
        Key::Name(name) => hash.update([b"n", name.as_str().as_bytes()].concat()),
    }
    let digest: [u8; 32] = hash.finalize().into();
    let mut mark = [0; 16];
    for (to, from) in mark.iter_mut().zip(digest) {
        *to = from;
    }
    mark
}

/// A digest of `texts`.
pub(super) fn digest_of<'a>(texts: impl IntoIterator<Item = &'a String>) -> String {
    let mut hash = Sha256::new();
    texts.into_iter().for_each(|text| hash.update(text));
    URL_SAFE_NO_PAD.encode(hash.finalize())
}

impl Basis {
    /// What of it is otherwise in `now`, in words; "members" if nothing is.
    pub(super) fn moved(&self, now: &Self) -> String {
        let parts = [
            (self.catalogue != now.catalogue, "roles"),
            (self.tree != now.tree, "departments"),
            (self.policy != now.policy, "rules of the tenant"),
            (self.rights != now.rights, "your own rights"),
        ];
        let moved: Vec<&str> = parts.into_iter().filter(|(moved, _)| *moved).map(|(_, what)| what).collect();
        if moved.is_empty() { "members".to_owned() } else { moved.join(", ") }
    }
}
