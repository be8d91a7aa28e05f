-- A message that somebody has edited and sends back. It goes with a replay of its own.
create table edit (
  replay_id uuid primary key references replay on delete cascade,
  -- Chosen by who asks: the same again is no second message.
  request_id uuid not null unique,
  -- What was asked for, as SHA-256 in hex.
  request_hash text not null,
  failure_id uuid not null references failure on delete cascade,
  -- Of the new message.
  message_id text not null,
  -- The failure that it becomes, if it fails as well.
  becomes uuid not null,
  at timestamptz not null default now(),
  -- What is sent; gone when it was sent.
  key bytea,
  value bytea,
  -- As in letter.
  headers json
);
create index edit_failure on edit (failure_id);
create index edit_becomes on edit (becomes);
