-- One row an OTP, from its first send until it is purged; a deleted one stays as a tombstone without its code.
create table otps (
  id text primary key,
  account_id text not null,
  application_id text not null,
  number text not null,
  status text not null,
  -- The code and the customer's own text, sealed; null: the OTP is final or deleted, nobody needs them any more.
  sealed text,
  attempts integer not null,
  attempts_max integer not null,
  -- 1: a check was told that time or attempts are over; later ones only hear that it is not active.
  refusal_told integer not null,
  -- How it was last asked to be sent, for sending it again. Null: as the application or the number says.
  channel text not null,
  language text,
  sender text,
  caller text,
  reference_id text,
  created_at bigint not null,
  expires_at bigint not null,
  finished_at bigint,
  deleted_at bigint
);

create index otps_of_number on otps (account_id, number, id);
create index otps_open on otps (expires_at) where sealed is not null;

-- What happened to an OTP: each send, each status of its messages, each check, its end.
create table otp_events (
  otp_id text not null,
  id text not null,
  at bigint not null,
  kind text not null,
  channel text,
  outcome text,
  status text,
  primary key (otp_id, id)
);
