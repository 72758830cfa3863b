//! The outbox of the store in memory.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use membership_core::{
    id::MessageId,
    outbox::{Delivery, Leased, Outbox},
    store::StoreError,
};

use super::{
    MemoryStore,
    tables::{Message, Tables},
};

#[async_trait]
impl Outbox for MemoryStore {
    async fn claim(&self, now: DateTime<Utc>, until: DateTime<Utc>, limit: u32) -> Result<Vec<Leased>, StoreError> {
        let mut tables = self.tables();
        let mut due: Vec<(DateTime<Utc>, MessageId)> = tables
            .messages
            .iter()
            .filter(|(_, message)| message.due().is_some_and(|due| due <= now))
            .map(|(id, message)| (message.queued_at, *id))
            .collect();
        due.sort_unstable();
        due.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
        Ok(due.into_iter().filter_map(|(_, id)| Some(tables.messages.get_mut(&id)?.lease(id, until))).collect())
    }

    async fn holds(&self, lease: &Leased) -> Result<bool, StoreError> {
        Ok(self.tables().leased(lease).is_some())
    }

    async fn settle(&self, settled: &[(Leased, Delivery)]) -> Result<(), StoreError> {
        let mut tables = self.tables();
        for (lease, delivery) in settled {
            if let Some(message) = tables.leased(lease) {
                message.delivery = delivery.clone();
            }
        }
        Ok(())
    }

    async fn next_due(&self) -> Result<Option<DateTime<Utc>>, StoreError> {
        Ok(self.tables().messages.values().filter_map(Message::due).min())
    }
}

impl Tables {
    /// The message of `lease`, if that is still held. The number of attempts tells two leases apart that end together.
    fn leased(&mut self, lease: &Leased) -> Option<&mut Message> {
        let held = |message: &&mut Message| {
            message.delivery == Delivery::Sending { until: lease.until } && message.attempts == lease.attempts + 1
        };
        self.messages.get_mut(&lease.id).filter(held)
    }
}

impl Message {
    fn lease(&mut self, id: MessageId, until: DateTime<Utc>) -> Leased {
        let attempts = self.attempts;
        self.attempts += 1;
        self.delivery = Delivery::Sending { until };
        Leased { id, mail: self.mail.clone(), queued_at: self.queued_at, attempts, until }
    }
}
