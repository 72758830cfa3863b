//! Resend: a new link, which kills the old one. On an invitation that has expired, was declined or was withdrawn this is
//! the re-invitation.

use crate::{
    Membership,
    context::Context,
    invitation::send::{Issued, SendError, SendInvitation},
};

impl Membership {
    /// Issues the next link of an invitation. From now on the one who resends answers for what it grants.
    pub async fn resend_invitation(&self, ctx: &Context, command: SendInvitation) -> Result<Issued, SendError> {
        self.issue(ctx, command, |invitation, by| invitation.resend(by, ctx.now)).await
    }
}
