-- Files of accounts, as customers know them.
create table media (
  id text not null primary key,
  account_id text not null,
  -- 'uploaded' or 'received'.
  origin text not null,
  -- Null: not known before the file is here.
  content_type text,
  size bigint,
  file_name text,
  -- Null: not here. With due_at: not yet, it is still at its carrier; without: never.
  file_id text,
  -- Who has it and under which id; null: it was uploaded.
  carrier_id text,
  remote_id text,
  attempts integer not null,
  -- When fetching it is tried next.
  due_at bigint,
  -- Nobody else tries before: it is being fetched, or just was.
  held_until bigint,
  created_at bigint not null,
  expires_at bigint not null
);

create index media_of_account on media (account_id, origin, id);
create index media_by_end on media (expires_at);
create index media_to_fetch on media (due_at) where due_at is not null;

-- The bytes of one of them, written piece by piece. One that no row of media names was never finished.
create table media_files (
  id text not null primary key,
  account_id text not null,
  origin text not null,
  bytes bigint not null,
  -- Who has not finished by then never will. Null: it is finished. 0: it is nobody's, its chunks are being deleted.
  writing_until bigint
);

create index media_files_unfinished on media_files (writing_until) where writing_until is not null;

create table media_chunks (
  file_id text not null,
  number integer not null,
  -- Base64.
  data text not null,
  primary key (file_id, number)
);

-- What all files of an account take, unfinished ones included and dropped ones not.
create table media_usage (
  account_id text not null,
  origin text not null,
  bytes bigint not null,
  files bigint not null,
  primary key (account_id, origin)
);
