//! Resend: a new link, which kills the old one. On an invitation that has expired, was declined or was withdrawn this is
//! the re-invitation.

use crate::{
    Membership,
    context::Context,
    invitation::{
        Subject,
        send::{Issued, SendError},
    },
};

impl Membership {
    /// Issues the next link of an invitation. From now on the one who resends answers for what it grants.
    pub async fn resend_invitation(&self, ctx: &Context, subject: Subject) -> Result<Issued, SendError> {
        self.issue(ctx, subject, |invitation, by| invitation.resend(by, ctx.now)).await
    }
}
