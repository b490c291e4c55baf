-- Keys made by the platform; keys written in the config file are not here.
create table api_keys (
  id text primary key,
  account_id text not null,
  -- The part of the key by which it is found.
  prefix text not null,
  -- SHA-256 of the whole key, base64url.
  hash text not null,
  -- Separated by spaces.
  scopes text not null,
  name text,
  created_at bigint not null,
  revoked_at bigint
);

create unique index api_keys_prefix on api_keys (prefix);
create index api_keys_of_account on api_keys (account_id, id);
