-- Where an account wants to be told of events, beside the URLs that messages and numbers carry themselves.
create table webhook_endpoints (
  id text not null primary key,
  account_id text not null,
  url text not null,
  method text not null,
  -- JSON lists of what it wants to hear of; an empty one means everything.
  events text not null,
  channels text not null,
  numbers text not null,
  -- 1: one call at a time, in the order of the events.
  ordered integer not null,
  -- The sequence number given last; counts in ordered endpoints only.
  last_sequence bigint not null,
  enabled integer not null,
  -- Null: enabled, or disabled by its account.
  disabled_reason text,
  signature_method text not null,
  -- Sealed. Null: calls are not signed.
  secret text,
  -- Sealed; signs until previous_secret_until as well.
  previous_secret text,
  previous_secret_until bigint,
  header_name text,
  -- Sealed.
  header_value text,
  created_at bigint not null,
  updated_at bigint not null,
  -- Kept for a while, so that every node learns of it and what was still to be called is given up.
  deleted_at bigint
);

create index webhook_endpoints_of_account on webhook_endpoints (account_id, id) where deleted_at is null;
create index webhook_endpoints_changed on webhook_endpoints (updated_at, id);

-- What has to survive a restart of one endpoint, whether it is a row above or a URL given elsewhere.
create table webhook_endpoint_states (
  endpoint_key text not null primary key,
  -- In a row, of deliveries on a ladder that counts them.
  failures integer not null,
  paused_until bigint not null,
  -- When the last delivery that is replayed will be due.
  replay_until bigint not null,
  updated_at bigint not null
);

create index webhook_endpoint_states_by_age on webhook_endpoint_states (updated_at);

-- Null: for a URL that the message or the number carries.
alter table webhook_deliveries add column endpoint_id text;
-- Null: as above. 0: the endpoint was not ordered when the event was announced.
alter table webhook_deliveries add column sequence bigint;
-- Attempts made before it was last replayed: the ladder begins again behind them.
alter table webhook_deliveries add column attempts_before integer not null default 0;

create index webhook_deliveries_in_sequence on webhook_deliveries (endpoint_key, sequence, id)
  where status = 'pending' and sequence is not null;
create index webhook_deliveries_of_endpoint on webhook_deliveries (endpoint_id, id) where endpoint_id is not null;
create index webhook_deliveries_of_account on webhook_deliveries (account_id, id);
create index webhook_deliveries_failed on webhook_deliveries (endpoint_key, id) where status = 'failed';
