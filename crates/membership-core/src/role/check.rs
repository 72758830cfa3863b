//! Check: may this member do this at this moment? One or many questions at once.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use crate::{
    Membership,
    actor::is_in,
    context::Context,
    directory::{Footing, Who},
    id::{MemberId, TenantId},
    refusal::refusals,
    role::{Catalogue, Permission},
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
            ("{asked} questions are asked, and at most 200 can be in one call", "make several calls");
    } passing View(ViewError), Store(StoreError)
}

/// Whether `footing` allows `permission` at `now`: the member is enabled, the tenant open, one of the member's assignments
/// gives it, and it is not beyond what an API key was made for. Nothing else is asked, by whatever way the question comes.
pub fn allows_at(footing: &Footing, catalogue: &Catalogue, permission: &Permission, now: DateTime<Utc>) -> bool {
    is_in(footing.status, &footing.member).is_ok()
        && footing.scope.as_ref().is_none_or(|scope| scope.contains(permission))
        && catalogue.gives(&footing.member.assignments, permission, now)
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
        asker: &(Footing, Arc<Catalogue>),
        question: &Question,
    ) -> Result<bool, CheckError> {
        let (own, catalogue) = asker;
        let Some(id) = question.member.filter(|id| *id != own.member.id) else {
            return Ok(allows_at(own, catalogue, &question.permission, ctx.now));
        };
        if !allows_at(own, catalogue, &Permission::MEMBERS_READ, ctx.now) {
            return Err(ViewError::from(crate::actor::Denied::PermissionMissing {
                permission: Permission::MEMBERS_READ,
            })
            .into());
        }
        let Some(footing) = self.directory.footing(tenant, Who::Member(id)).await? else { return Ok(false) };
        let catalogue = self.catalogue(tenant, footing.catalogue).await?;
        Ok(allows_at(&footing, &catalogue, &question.permission, ctx.now))
    }
}
