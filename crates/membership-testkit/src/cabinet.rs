//! A product that keeps data for members, in memory.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use async_trait::async_trait;
use membership_core::{
    id::MemberId,
    ports::{CustodianError, DataCustodian, HandOver, Holder, Holding},
};

/// Keeps so many things of each kind for each member, as the test has said, and hands them over when it is told to. It can
/// be down, and it can lose its answers. Cheap to clone; clones share what they keep.
///
/// ```
/// use membership_core::member::{reach::Target, remove::Heirs};
/// use membership_testkit::Bed;
///
/// # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
/// let bed = Bed::new().await?;
/// let ann = bed.added("ann", &["Member"]).await?.member;
/// bed.custodian().put(ann.id, "files", 3);
///
/// let (target, heirs) = (Target { tenant: bed.tenant.id, member: ann.id }, Heirs::everything_to(bed.member.id));
/// bed.membership.remove_member(&bed.as_administrator(), target, heirs).await?;
/// bed.carry().await?;
/// assert_eq!(bed.custodian().held_by(bed.member.id), [("files".to_owned(), 3)].into());
/// # Ok::<(), membership_testkit::Failure>(())
/// # })?;
/// # Ok::<(), membership_testkit::Failure>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct Cabinet(Arc<Mutex<Kept>>);

#[derive(Debug, Default)]
struct Kept {
    /// How many of each kind, none of them 0.
    held: BTreeMap<MemberId, BTreeMap<String, u64>>,
    orders: Vec<HandOver>,
    down_for: u32,
    lost_answers: u32,
}

impl Cabinet {
    /// An empty one.
    pub fn new() -> Self {
        Self::default()
    }

    /// `member` holds `count` of `kind` from now on.
    pub fn put(&self, member: MemberId, kind: &str, count: u64) {
        let mut kept = self.kept();
        let held = kept.held.entry(member).or_default();
        held.insert(kind.to_owned(), count);
        held.retain(|_, count| *count > 0);
    }

    /// How many of each kind `member` holds.
    pub fn held_by(&self, member: MemberId) -> BTreeMap<String, u64> {
        self.kept().held.get(&member).cloned().unwrap_or_default()
    }

    /// Every order that was carried out, repeated ones too, oldest first.
    pub fn orders(&self) -> Vec<HandOver> {
        self.kept().orders.clone()
    }

    /// It cannot be reached the next `times` times, whatever it is asked.
    pub fn is_down(&self, times: u32) {
        self.kept().down_for = times;
    }

    /// It carries out the next `times` orders, and nobody hears of it.
    pub fn loses_answers(&self, times: u32) {
        self.kept().lost_answers = times;
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Kept {
    fn answer(&mut self) -> Result<(), CustodianError> {
        count_down(&mut self.down_for, "the cabinet is locked")
    }
}

/// Goes wrong while `left` lasts.
fn count_down(left: &mut u32, detail: &str) -> Result<(), CustodianError> {
    match left.checked_sub(1) {
        Some(rest) => {
            *left = rest;
            Err(CustodianError::Unavailable { detail: detail.to_owned() })
        }
        None => Ok(()),
    }
}

#[async_trait]
impl DataCustodian for Cabinet {
    async fn holdings(&self, holder: &Holder) -> Result<Vec<Holding>, CustodianError> {
        let mut kept = self.kept();
        kept.answer()?;
        let held = kept.held.get(&holder.member).into_iter().flatten();
        Ok(held
            .map(|(kind, count)| Holding { kind: kind.clone(), name: format!("{kind}, kept"), count: *count })
            .collect())
    }

    /// Whatever is there of the kind is moved; so the same order, given again, moves what has come since, or nothing.
    async fn hand_over(&self, order: &HandOver) -> Result<(), CustodianError> {
        let mut kept = self.kept();
        kept.answer()?;
        let moved = kept.held.get_mut(&order.from.member).and_then(|held| held.remove(&order.kind)).unwrap_or(0);
        if moved > 0 {
            *kept.held.entry(order.to.member).or_default().entry(order.kind.clone()).or_default() += moved;
        }
        kept.orders.push(order.clone());
        count_down(&mut kept.lost_answers, "the answer was lost")
    }
}
