//! Which operations need nobody signed in.

/// The operations that need nobody signed in. Every other one answers 401 to whoever is not.
pub(crate) const PUBLIC: [&str; 20] = [
    "setUp",
    "signIn",
    "mailCode",
    "answerChallenge",
    "abandonChallenge",
    "beginPasskeyProof",
    "answerChallengeByPasskey",
    "beginPasskeySignIn",
    "signInByPasskey",
    "forgetPassword",
    "openReset",
    "resetPassword",
    "openFormerAddress",
    "restoreAddress",
    "openInvitation",
    "acceptInvitation",
    "rejectInvitation",
    "registerByInvitation",
    "openLeaving",
    "leaveByLink",
];
