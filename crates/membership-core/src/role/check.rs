//! Check: may this member do this at this moment? One or many questions at once.

use chrono::{DateTime, Utc};

use crate::{
    Membership,
    actor::{Grants, Ground, is_in},
    context::Context,
    directory::{Footing, Who},
    id::{DepartmentId, MemberId, TenantId},
    refusal::refusals,
    role::Permission,
    store::StoreError,
    view::ViewError,
};

/// One question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// Who; `None` for whoever asks.
    pub member: Option<MemberId>,
    /// What.
    pub permission: Permission,
    /// In which department what it is about lies; `None` if in none, or if that is not known: then only what is held in the whole
    /// tenant counts.
    pub department: Option<DepartmentId>,
}

/// Most questions in one call.
pub const MAX_QUESTIONS: usize = 200;

refusals! {
    /// Why nothing was decided.
    pub enum CheckError {
        /// None.
        NothingAsked = Invalid "questions-missing" ("nothing is asked; expected 1 to 200 questions", "ask something");
        /// Too many.
        TooMany {
            /// How many.
            asked: usize,
        } = Invalid "questions-too-many"
            ("{asked} questions are asked, and at most 200 can be asked at once", "ask fewer, several times");
    } passing View(ViewError), Store(StoreError)
}

/// Whether `footing` allows `permission` at `now`: the member is enabled, the tenant open, one of the member's assignments
/// gives it, and it is not beyond what an API key was made for. Nothing else is asked, by whatever way the question comes.
pub fn allows_at(
    footing: &Footing,
    ground: &Ground,
    permission: &Permission,
    department: Option<DepartmentId>,
    now: DateTime<Utc>,
) -> bool {
    let covers = |top| department.is_some_and(|department| ground.tree.is_within(department, top));
    is_in(footing.status, &footing.member).is_ok()
        && footing.scope.as_ref().is_none_or(|scope| scope.contains(permission))
        && ground.catalogue.gives(&footing.member.assignments, permission, now, covers)
}

impl Membership {
    /// Whether a member may do something at this moment. Everybody may ask about the own membership; asking about another
    /// needs [`Permission::MEMBERS_READ`]. Somebody who is no member may do nothing: that is an answer, not an error.
    pub async fn check(&self, ctx: &Context, tenant: TenantId, question: &Question) -> Result<bool, CheckError> {
        let asker = self.footing_of(ctx, tenant).await?;
        self.answer(ctx, tenant, &asker, question).await
    }

    /// Answers up to [`MAX_QUESTIONS`] in the order in which they are asked.
    pub async fn check_many(
        &self,
        ctx: &Context,
        tenant: TenantId,
        questions: &[Question],
    ) -> Result<Vec<bool>, CheckError> {
        match questions.len() {
            0 => return Err(CheckError::NothingAsked),
            1..=MAX_QUESTIONS => {}
            asked => return Err(CheckError::TooMany { asked }),
        }
        let asker = self.footing_of(ctx, tenant).await?;
        let mut answers = Vec::with_capacity(questions.len());
        for question in questions {
            answers.push(self.answer(ctx, tenant, &asker, question).await?);
        }
        Ok(answers)
    }

    async fn answer(
        &self,
        ctx: &Context,
        tenant: TenantId,
        asker: &(Footing, Ground),
        question: &Question,
    ) -> Result<bool, CheckError> {
        let Question { permission, department, .. } = question;
        let (own, ground) = asker;
        let Some(id) = question.member.filter(|id| *id != own.member.id) else {
            return Ok(allows_at(own, ground, permission, *department, ctx.now));
        };
        let grants = Grants::at(own.clone(), ground.clone(), ctx.now).map_err(ViewError::from)?;
        grants.sight(Permission::MEMBERS_READ).map_err(ViewError::from)?;
        let Some(footing) = self.directory.footing(tenant, Who::Member(id)).await? else { return Ok(false) };
        if !grants.reaches(&Permission::MEMBERS_READ, &footing.member) {
            return Ok(false);
        }
        let ground = self.ground(&footing).await?;
        Ok(allows_at(&footing, &ground, permission, *department, ctx.now))
    }
}
