-- What people asked to be sent back. It is sent by whichever instance holds the lease.
create table replay (
  id uuid primary key,
  by text not null,
  at timestamptz not null default now(),
  state text not null default 'running',
  rate_per_second integer not null,
  total integer not null,
  sent integer not null default 0,
  resolved integer not null default 0,
  failed integer not null default 0,
  unsendable integer not null default 0,
  leased_by uuid,
  leased_until timestamptz,
  ended_at timestamptz
);
create index replay_running on replay (at) where state = 'running';

create table replay_item (
  replay_id uuid not null references replay on delete cascade,
  failure_id uuid not null references failure on delete cascade,
  -- The order in which they go.
  number integer not null,
  -- waiting, sent, resolved, failed, unsendable, cancelled
  state text not null default 'waiting',
  -- The failings that were sent back.
  positions text[],
  reason text,
  primary key (replay_id, failure_id)
);
create index replay_item_next on replay_item (replay_id, number) where state = 'waiting';
-- A message waits in one replay only.
create unique index replay_item_once on replay_item (failure_id) where state = 'waiting';
create index replay_item_sent on replay_item (failure_id) where state = 'sent';
-- Whose outcome is told when the replay has ended.
alter table replay add column action_id uuid;
