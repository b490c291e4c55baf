-- One row is one wish to register numbers. Finished requests outlive their contact.
create table provisioning_requests (
  id text primary key,
  account_id text not null,
  contact_id text not null,
  friendly_name text,
  status text not null,
  -- The letter of authorization: its id, and where it is.
  loa_id text not null,
  loa_status text not null,
  requested_at bigint not null,
  updated_at bigint not null,
  -- Null: still open.
  completed_at bigint
);

create index provisioning_requests_of_account on provisioning_requests (account_id, id);
create index provisioning_requests_of_contact on provisioning_requests (contact_id);

-- The numbers of each request.
create table registered_numbers (
  request_id text not null,
  -- E.164.
  number text not null,
  account_id text not null,
  -- ISO 3166-1 alpha-2; null: of no country.
  country text,
  -- Whom to call with inbound messages; null: nobody.
  inbound_url text,
  inbound_method text,
  primary key (request_id, number)
);

create index registered_numbers_of_account on registered_numbers (account_id, number);

-- Which request a number is or was last ready for. The key is the number alone, so it is ready for one account only.
-- Rows stay when a number is given back (ready 0), so that other nodes see the change.
create table ready_numbers (
  number text primary key,
  account_id text not null,
  request_id text not null,
  ready integer not null,
  updated_at bigint not null
);

create index ready_numbers_updated on ready_numbers (updated_at, number);
