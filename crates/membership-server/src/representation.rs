//! How the domain's things look in JSON. The types here are not the domain's: a field that is renamed there must not
//! change what programs out there read.

mod api_key;
mod assignment;
mod department;
mod explanation;
mod factor;
mod import;
mod invitation;
mod member;
mod person;
mod policy;
mod role;
mod tenant;
mod transfer;
mod words;

pub(crate) use api_key::ApiKey;
pub(crate) use assignment::Assignment;
pub(crate) use department::{CountedDepartment, Department, Dissolution, LimitedPermissions};
pub(crate) use explanation::AccessExplanation;
pub(crate) use factor::{FactorKind, Factors, SecondFactor};
pub(crate) use import::{Import, ImportMode, ImportProgress, ImportRow, ImportStatus};
pub(crate) use invitation::Invitation;
pub(crate) use member::{Member, MemberDetails};
pub(crate) use person::{Account, Session, SignedIn, Transport};
pub(crate) use policy::{Policy, StateWords, Word};
pub(crate) use role::{Application, AuthorityTable, NamedRole, Role};
pub(crate) use tenant::{Ancestor, Tenant};
pub(crate) use transfer::{EndedMembership, Holding, Transfer, heirs};
pub(crate) use words::{DeliveryState, InvitationStage, MemberStatus, Send, TenantStatus, Via};
