-- How much happened lately to a number, a prefix or an account: sliding sums, one row for each thing that is counted.
create table otp_tallies (
  account_id text not null,
  -- 'number', 'block', 'range', 'account', and the same of failed checks; see the code.
  kind text not null,
  -- The number or its first digits; empty: the account itself.
  subject text not null,
  -- JSON.
  counts text not null,
  -- In the last hour when the row was last written, to find the busiest prefixes.
  sends integer not null,
  -- Nothing in it counts any longer from then on.
  expires_at bigint not null,
  primary key (account_id, kind, subject)
);

create index otp_tallies_by_end on otp_tallies (expires_at);

-- What the guard against SMS pumping found, one row for each hour, rule and prefix.
create table otp_guard_decisions (
  id text not null primary key,
  account_id text not null,
  -- Start of the hour, epoch milliseconds.
  hour bigint not null,
  -- 'unverified', 'neighbours' or 'budget'.
  rule text not null,
  -- Which of several budgets; empty: the other rules.
  variant text not null,
  -- First digits of the numbers; empty: the whole account; '*': more prefixes than are told apart in an hour.
  prefix text not null,
  -- 'shadow': sent all the same. 'enforce': refused.
  mode text not null,
  -- Sends that it was decided for.
  sends bigint not null,
  first_at bigint not null,
  last_at bigint not null,
  -- JSON: figures and thresholds of the last one, and masked numbers.
  evidence text not null
);

create unique index otp_guard_decisions_by_case
  on otp_guard_decisions (account_id, hour, rule, variant, prefix, mode);
create index otp_guard_decisions_of_account on otp_guard_decisions (account_id, id);
