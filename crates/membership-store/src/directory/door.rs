//! Who is at the door: the account behind a session or an API key. Asked on every request, so it is one statement, whose
//! text is always the same.

use membership_core::{
    account::{Account, ApiKey, Session, credential::KeyHash},
    store::StoreError,
};
use sea_orm::{ConnectionTrait, DbErr, QueryResult, Statement};

use crate::{
    fault::fault,
    table::{Columns, account, api_key, session},
};

const SESSION: &str = concat!(
    "SELECT ",
    account::columns!(),
    ", session.id, session.epoch, session.started_at, session.ends_at, session.used_at, session.with_kinds, \
     session.agent \
     FROM session JOIN account ON account.id = session.account_id WHERE session.key_hash = $1"
);
const API_KEY: &str = concat!(
    "SELECT ",
    account::columns!(),
    ", api_key.tenant_id, api_key.id, api_key.name, api_key.member_id, api_key.epoch, api_key.with_kinds, api_key.scope, api_key.parent, \
     api_key.made_at, api_key.ends_at, api_key.revoked_at, api_key.used_at \
     FROM api_key JOIN account ON account.id = api_key.account_id WHERE api_key.secret_hash = $1"
);

/// The session with this key and its account.
pub(super) async fn session<C: ConnectionTrait>(
    db: &C,
    key: &KeyHash,
) -> Result<Option<(Session, Account)>, StoreError> {
    let Some(row) = one(db, SESSION, key).await? else { return Ok(None) };
    let (session, account) = session_of(&row, key).map_err(fault)?;
    Ok(Some((session.try_into()?, account.try_into()?)))
}

/// The API key with this secret and its account.
pub(super) async fn api_key<C: ConnectionTrait>(
    db: &C,
    secret: &KeyHash,
) -> Result<Option<(ApiKey, Account)>, StoreError> {
    let Some(row) = one(db, API_KEY, secret).await? else { return Ok(None) };
    let (key, account) = api_key_of(&row, secret).map_err(fault)?;
    Ok(Some((key.try_into()?, account.try_into()?)))
}

async fn one<C: ConnectionTrait>(db: &C, sql: &'static str, key: &KeyHash) -> Result<Option<QueryResult>, StoreError> {
    let values = [key.as_bytes().to_vec().into()];
    let question = Statement::from_sql_and_values(db.get_database_backend(), sql, values);
    db.query_one_raw(question).await.map_err(fault)
}

fn session_of(row: &QueryResult, key: &KeyHash) -> Result<(session::Model, account::Model), DbErr> {
    let mut row = Columns::of(row);
    let account = account::Model::take(&mut row)?;
    let session = session::Model {
        id: row.take()?,
        account_id: account.id,
        key_hash: key.as_bytes().to_vec(),
        epoch: row.take()?,
        started_at: row.take()?,
        ends_at: row.take()?,
        used_at: row.take()?,
        with_kinds: row.take()?,
        agent: row.take()?,
    };
    Ok((session, account))
}

fn api_key_of(row: &QueryResult, secret: &KeyHash) -> Result<(api_key::Model, account::Model), DbErr> {
    let mut row = Columns::of(row);
    let account = account::Model::take(&mut row)?;
    let key = api_key::Model {
        tenant_id: row.take()?,
        id: row.take()?,
        name: row.take()?,
        secret_hash: secret.as_bytes().to_vec(),
        member_id: row.take()?,
        account_id: account.id,
        epoch: row.take()?,
        with_kinds: row.take()?,
        scope: row.take()?,
        parent: row.take()?,
        made_at: row.take()?,
        ends_at: row.take()?,
        revoked_at: row.take()?,
        used_at: row.take()?,
    };
    Ok((key, account))
}
