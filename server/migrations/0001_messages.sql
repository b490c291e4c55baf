-- One row a message; the row is its own queue entry (due_at, leased_by), so there is no second queue to drift from it.
create table messages (
  id text primary key,
  account_id text not null,
  status text not null,
  sender text not null,
  recipient text not null,
  -- As it goes out, after transcoding.
  body text not null,
  encoding text not null,
  parts integer not null,
  -- Counts of what the transcoder changed, as JSON; null: nothing.
  transcoding text,
  flash integer not null,
  gateway text not null,
  -- Null: the recipient's network is not known.
  mccmnc text,
  -- Price of one part; null: no price is configured.
  price text,
  currency text,
  price_effective_at bigint,
  reference text,
  conversion integer not null,
  -- Null: the customer has not told us. 1: the message led to what it was sent for.
  converted integer,
  converted_at bigint,
  callback_url text,
  callback_method text not null,
  accepted_at bigint not null,
  -- Null: at once.
  scheduled_at bigint,
  expires_at bigint not null,
  submitted_at bigint,
  done_at bigint,
  updated_at bigint not null,
  submissions integer not null,
  -- The carrier that has it, or will be tried first; empty: no route.
  carrier_id text not null,
  error_code text,
  error_reason text,
  -- 1: a submission went out and its answer never came.
  in_doubt integer not null,
  -- When the message next needs attention: to be sent, given up waiting for a receipt, or purged.
  due_at bigint,
  -- The node that holds it in memory; null: anybody may take it when due.
  leased_by text
);

-- Claims go carrier by carrier, so that the backlog of a carrier that is down is never walked for the others.
create index messages_due on messages (carrier_id, due_at) where due_at is not null;
create index messages_of_account on messages (account_id, id);
create index messages_updated on messages (account_id, updated_at, id);

-- One row for each segment of each submission: what a carrier answered, and what its receipt said.
create table segments (
  message_id text not null,
  submission integer not null,
  number integer not null,
  carrier_id text not null,
  -- Null: the carrier never gave one (refused, or in doubt).
  carrier_message_id text,
  status text not null,
  error_code text,
  error_reason text,
  submitted_at bigint not null,
  done_at bigint,
  primary key (message_id, submission, number)
);

create index segments_of_carrier on segments (carrier_id, carrier_message_id);

-- Receipts that came before the outcome of their submission was recorded, or for nothing we know.
create table orphan_receipts (
  id text primary key,
  carrier_id text not null,
  carrier_message_id text not null,
  state text not null,
  error_code text not null,
  done_at bigint,
  received_at bigint not null
);

create index orphan_receipts_of_carrier on orphan_receipts (carrier_id, carrier_message_id);
create index orphan_receipts_by_age on orphan_receipts (received_at);

create table idempotency_keys (
  account_id text not null,
  key text not null,
  request_hash text not null,
  message_id text not null,
  response text not null,
  created_at bigint not null,
  primary key (account_id, key)
);

create index idempotency_keys_by_age on idempotency_keys (created_at);

-- Running servers; the leases of one that stopped saying so are free.
create table nodes (
  id text primary key,
  alive_until bigint not null
);
