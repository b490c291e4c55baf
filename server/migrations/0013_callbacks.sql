-- Where an account is told of its conversations, and how: for all of it ('' and ''), for a channel (number ''), and for
-- one number of a channel. Null in a column: not said here, the wider row decides.
create table callback_settings (
  account_id text not null,
  channel text not null,
  -- Without a + before digits.
  number text not null,
  version text,
  inbound_url text,
  status_url text,
  -- JSON list of status events; an empty one means all.
  event_filter text,
  signature_method text,
  -- Sealed.
  secret text,
  header_name text,
  -- Sealed.
  header_value text,
  updated_at bigint not null,
  primary key (account_id, channel, number)
);

create index callback_settings_changed on callback_settings (updated_at, account_id, channel, number);

-- What an account's own media store asks of whoever fetches from it.
create table media_credentials (
  account_id text not null primary key,
  kind text not null,
  -- The user or the client.
  name text not null,
  -- Sealed.
  secret text not null,
  -- Where a client gets its token; null: there is none to get.
  token_url text,
  updated_at bigint not null
);

-- Who signs the calls of a URL that came with the event; null: nobody. The secret is looked up for each call.
alter table webhook_deliveries add column signer text;

-- 'own': set up by the account and shown to it. 'power automate': a flow, told in its own form until it is gone.
alter table webhook_endpoints add column format text not null default 'own';
