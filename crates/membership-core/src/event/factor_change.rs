//! What can happen to second factors.

use crate::account::Kinds;

/// What happened to the second factors of an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FactorChange {
    /// The secret of an app was shown; nothing counts yet.
    AppShown,
    /// An app was added.
    AppAdded,
    /// The app was taken away.
    AppRemoved,
    /// A code of the app was used.
    AppUsed,
    /// Codes are mailed from now on.
    EmailAdded,
    /// They are not any more.
    EmailRemoved,
    /// A passkey was added.
    PasskeyAdded,
    /// A passkey was taken away.
    PasskeyRemoved,
    /// A passkey was used.
    PasskeyUsed,
    /// A recovery code was used.
    RecoveryUsed,
    /// There are new recovery codes.
    RecoveryRenewed,
    /// What had been added since the address was another is gone.
    Restored,
    /// All are gone with the account.
    Closed,
}

impl FactorChange {
    /// All of them.
    pub const ALL: [Self; 13] = [
        Self::AppShown,
        Self::AppAdded,
        Self::AppRemoved,
        Self::AppUsed,
        Self::EmailAdded,
        Self::EmailRemoved,
        Self::PasskeyAdded,
        Self::PasskeyRemoved,
        Self::PasskeyUsed,
        Self::RecoveryUsed,
        Self::RecoveryRenewed,
        Self::Restored,
        Self::Closed,
    ];

    /// The stable word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AppShown => "app-shown",
            Self::AppAdded => "app-added",
            Self::AppRemoved => "app-removed",
            Self::AppUsed => "app-used",
            Self::EmailAdded => "email-added",
            Self::EmailRemoved => "email-removed",
            Self::PasskeyAdded => "passkey-added",
            Self::PasskeyRemoved => "passkey-removed",
            Self::PasskeyUsed => "passkey-used",
            Self::RecoveryUsed => "recovery-used",
            Self::RecoveryRenewed => "recovery-renewed",
            Self::Restored => "restored",
            Self::Closed => "closed",
        }
    }

    /// The second factor that was shown by it.
    pub const fn shows(self) -> Kinds {
        match self {
            Self::AppAdded | Self::AppUsed => Kinds::APP,
            Self::PasskeyAdded | Self::PasskeyUsed => Kinds::PASSKEY,
            Self::AppShown
            | Self::AppRemoved
            | Self::EmailAdded
            | Self::EmailRemoved
            | Self::PasskeyRemoved
            | Self::RecoveryUsed
            | Self::RecoveryRenewed
            | Self::Restored
            | Self::Closed => Kinds::NONE,
        }
    }

    /// Whether the owner is told by mail.
    pub(super) const fn is_told(self) -> bool {
        match self {
            Self::AppAdded
            | Self::AppRemoved
            | Self::EmailAdded
            | Self::EmailRemoved
            | Self::PasskeyAdded
            | Self::PasskeyRemoved
            | Self::RecoveryUsed
            | Self::RecoveryRenewed => true,
            Self::AppShown | Self::AppUsed | Self::PasskeyUsed | Self::Restored | Self::Closed => false,
        }
    }
}
