-- Which messages were handled. Rows leave after the retention time; the BRIN index finds the old ones at next to no cost on insert.
create table petrel_inbox (
  id uuid primary key,
  handled_at timestamptz not null default now()
);
create index petrel_inbox_handled_at on petrel_inbox using brin (handled_at);

-- What was decided and may not have been sent: one row for each batch in flight, so nearly every row soon is a dead one.
create table petrel_outbox (
  id bigint generated always as identity primary key,
  lane text not null,
  created_at timestamptz not null default now(),
  records bytea not null
) with (
  autovacuum_vacuum_threshold = 500,
  autovacuum_vacuum_scale_factor = 0,
  toast.autovacuum_vacuum_threshold = 5000,
  toast.autovacuum_vacuum_scale_factor = 0
);
-- Not compressed: the row lives for milliseconds, and compressing it makes a save cost PostgreSQL two thirds more CPU.
alter table petrel_outbox alter column records set storage external;

-- Room on the page lets PostgreSQL update a saga without touching its index (HOT).
create table petrel_saga (
  saga text not null,
  id text not null,
  version integer not null,
  state jsonb not null,
  completed boolean not null,
  primary key (saga, id)
) with (fillfactor = 80);

create table petrel_due (
  id text primary key,
  due_at timestamptz not null,
  record bytea not null
);
create index petrel_due_due_at on petrel_due (due_at);

-- Fails the whole statement when sagas were not found with the version they were loaded with: somebody else has saved them.
create function petrel_require_none(conflicts bigint) returns bigint language plpgsql as $$
begin
  if conflicts > 0 then
    raise exception '% sagas have been saved by somebody else since they were loaded', conflicts using errcode = 'PS001';
  end if;
  return conflicts;
end
$$;
