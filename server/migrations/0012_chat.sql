-- One row a chat message, from its acceptance until 48 hours after its final state. Each step of its chain that is
-- tried is a row of messages with origin 'chat' and this id.
create table chat_messages (
  id text primary key,
  account_id text not null,
  recipient text not null,
  -- JSON: the channels in order, each with its sender, content and wait.
  steps text not null,
  -- Index of the step that is under way, or that decided.
  step integer not null,
  -- The message of that step; news of others change nothing. Null: it waits for its turn in a bulk.
  message_id text,
  -- 1: that message is with its carrier.
  dispatched integer not null,
  status text not null,
  -- JSON: the request, as it is read back.
  stored text not null,
  context text,
  callback_url text,
  bulk_id text,
  -- The message of the bulk that must be sent before; null: none any more.
  waits_for text,
  -- Rows of its history.
  events integer not null,
  accepted_at bigint not null,
  updated_at bigint not null,
  -- Null: not final.
  finished_at bigint,
  -- Why it is failed or unknown.
  error_code text,
  error_message text
);

create index chat_messages_waiting on chat_messages (waits_for) where waits_for is not null;
create index chat_messages_finished on chat_messages (finished_at) where finished_at is not null;

-- The history of a chat message, counted from 1.
create table chat_events (
  chat_id text not null,
  number integer not null,
  at bigint not null,
  state text not null,
  channel text not null,
  code text,
  message text,
  primary key (chat_id, number)
);

-- What persons wrote over chat channels.
create table chat_inbound (
  id text primary key,
  account_id text not null,
  channel text not null,
  -- The person.
  sender text not null,
  -- Our number.
  recipient text not null,
  sent_at bigint not null,
  recorded_at bigint not null,
  -- JSON.
  content text not null,
  sender_name text,
  -- Ours, of the message that it answers.
  context_message_id text,
  forwarded integer not null,
  -- Null: no carrier brought it, echo did.
  carrier_id text,
  carrier_message_id text
);

-- A carrier brings a message again until it is sure that we have it.
create unique index chat_inbound_of_carrier on chat_inbound (carrier_id, carrier_message_id)
  where carrier_message_id is not null;
create index chat_inbound_by_age on chat_inbound (recorded_at);

-- Reports that a message was read which matched nothing: its submission may not be recorded yet.
create table chat_seen_orphans (
  carrier_id text not null,
  carrier_message_id text not null,
  seen_at bigint not null,
  received_at bigint not null,
  primary key (carrier_id, carrier_message_id)
);

create index chat_seen_orphans_by_age on chat_seen_orphans (received_at);
