-- How the one-time codes of a customer look and travel. Deleted for good: OTPs keep what they need of it.
create table otp_applications (
  id text not null primary key,
  account_id text not null,
  name text not null,
  pin_length integer not null,
  -- 1: codes have lower-case letters too.
  alphanumeric integer not null,
  attempts integer not null,
  expire_seconds integer not null,
  sender text not null,
  -- Null: calls show no number of the customer's.
  caller text,
  -- A JSON object: texts by 'en', 'en-sms', 'en-voice' and so on.
  templates text not null,
  -- A JSON list of ISO 3166-1 codes; null: codes go everywhere.
  countries text,
  nist_profile integer not null,
  -- 1: the one that is meant where none is named. Made when it is first asked for.
  is_default integer not null,
  created_at bigint not null,
  updated_at bigint not null
);

create index otp_applications_of_account on otp_applications (account_id, id);
create unique index otp_applications_default on otp_applications (account_id) where is_default = 1;
