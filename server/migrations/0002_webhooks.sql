-- One row is one event for one customer URL; the row is its own queue entry (due_at, leased_by).
-- While pending, due_at is the earliest next attempt; once finished, the moment the row may be purged.
-- endpoint_key is the account and the URL without its query: what is paused, limited and claimed together.
create table webhook_deliveries (
  id text not null primary key,
  account_id text not null,
  endpoint_key text not null,
  message_id text,
  event text not null,
  url text not null,
  method text not null,
  body text,
  ladder text not null,
  status text not null,
  attempts integer not null,
  due_at bigint not null,
  leased_by text,
  created_at bigint not null,
  expires_at bigint not null,
  last_status integer,
  last_error text,
  done_at bigint
);

-- Claims seek to one endpoint's oldest due row, so a million waiting rows of a dead endpoint cost the others nothing.
create index webhook_deliveries_due on webhook_deliveries (endpoint_key, due_at)
  where status = 'pending' and leased_by is null;

-- What no node holds and nobody may try any more. Rows that are delivered at once never enter this index.
create index webhook_deliveries_expiring on webhook_deliveries (expires_at)
  where status = 'pending' and leased_by is null;

create index webhook_deliveries_leased on webhook_deliveries (leased_by) where leased_by is not null;

create index webhook_deliveries_purge on webhook_deliveries (due_at) where status <> 'pending';

create index webhook_deliveries_message on webhook_deliveries (message_id) where message_id is not null;

-- One row is one HTTP call.
create table webhook_attempts (
  delivery_id text not null,
  number integer not null,
  started_at bigint not null,
  duration_ms integer not null,
  status integer,
  error text,
  response_start text,
  primary key (delivery_id, number)
);
