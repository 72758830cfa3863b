//! What an operation answers when it does not do as it was asked.

use membership_core::refusal::Refusal;
use membership_web::Problem;
use poem_openapi::{
    ApiResponse,
    registry::{MetaResponses, Registry},
};

/// A refusal of any use case, on its way to become a [`Problem`]. Which codes an operation can answer is documented by
/// [`codes`](crate::codes), from the use cases' own lists.
pub(crate) struct Refused(poem::Error);

/// What every operation returns.
pub(crate) type Answer<T> = Result<T, Refused>;

impl Refused {
    /// What was made a problem already.
    pub(crate) fn because(problem: Problem) -> Self {
        Self(problem.into())
    }
}

impl<R: Refusal> From<R> for Refused {
    fn from(refusal: R) -> Self {
        Self(Problem::from(refusal).into())
    }
}

impl From<Refused> for poem::Error {
    fn from(refused: Refused) -> Self {
        refused.0
    }
}

impl ApiResponse for Refused {
    fn meta() -> MetaResponses {
        MetaResponses { responses: Vec::new() }
    }

    fn register(_: &mut Registry) {}
}
