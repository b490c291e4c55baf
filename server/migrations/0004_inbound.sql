-- One row a message from a handset, once all its parts are there or no more are waited for.
create table inbound_messages (
  id text primary key,
  -- Empty: the number is nobody's.
  account_id text not null,
  -- The handset.
  sender text not null,
  -- Our number.
  recipient text not null,
  -- Text with <...> at each gap, or hex.
  body text not null,
  -- 1: the body is hex.
  body_is_hex integer not null,
  size integer not null,
  -- Parts that had not come when the message was recorded.
  missing integer not null,
  -- Null: the network of the handset is not known.
  mccmnc text,
  carrier_id text not null,
  data_coding integer not null,
  -- When the first part came, and when the message was recorded.
  received_at bigint not null,
  recorded_at bigint not null,
  -- Null: a message of one part.
  set_id text
);

create index inbound_messages_of_account on inbound_messages (account_id, id);

-- The parts of one long message. Open until all are there or no more are waited for; then kept to recognise repeated
-- and late ones.
create table inbound_sets (
  id text primary key,
  sender text not null,
  recipient text not null,
  reference integer not null,
  reference_bits integer not null,
  total integer not null,
  -- Parts that are there, without late ones.
  present integer not null,
  opened_at bigint not null,
  -- Open: when no more parts are waited for. Closed: until when parts are compared with it. Null: not any more.
  due_at bigint,
  -- Null: open.
  closed_at bigint,
  -- Null: open.
  message_id text
);

create index inbound_sets_by_key on inbound_sets (sender, recipient, reference, reference_bits, total)
  where due_at is not null;
create index inbound_sets_due on inbound_sets (due_at) where due_at is not null;

create table inbound_parts (
  set_id text not null,
  number integer not null,
  carrier_id text not null,
  data_coding integer not null,
  -- User data as it came, as hex.
  payload text not null,
  received_at bigint not null,
  -- 1: it came when its message had been recorded without it.
  late integer not null,
  -- When it came for the last time after its set was closed; null: it did not.
  again_at bigint,
  primary key (set_id, number)
);

-- Every change of what a person wants, never overwritten: the newest row of a pair of numbers holds.
create table opt_outs (
  id text primary key,
  account_id text not null,
  -- The customer's number that the person wrote to.
  sender text not null,
  -- The person's number.
  recipient text not null,
  -- 'out' or 'in'.
  state text not null,
  keyword text not null,
  -- The inbound message with the keyword.
  message_id text not null,
  changed_at bigint not null
);

create index opt_outs_of_account on opt_outs (account_id, id);
create index opt_outs_of_pair on opt_outs (account_id, sender, recipient, id);
create index opt_outs_by_age on opt_outs (changed_at);
