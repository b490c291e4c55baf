-- Companies and people who vouch for numbers.
create table contacts (
  -- 32 hex digits that rise with time, so that the oldest comes first.
  id text primary key,
  account_id text not null,
  friendly_name text,
  company_name text not null,
  company_address text,
  contact_name text not null,
  contact_email text not null,
  -- E.164.
  contact_phone text not null,
  contact_title text,
  created_at bigint not null,
  updated_at bigint not null
);

create index contacts_of_account on contacts (account_id, id);
