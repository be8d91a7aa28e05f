-- What happened, for people: an endpoint fell silent, messages began to fail, a replay is done.
create table event (
  id bigint generated always as identity primary key,
  at timestamptz not null,
  kind text not null,
  endpoint text,
  text text not null,
  severity text not null check (severity in ('info', 'ok', 'warn', 'fail')),
  -- A path of the page.
  link text,
  -- Whoever may find the same thing twice gives it one name.
  name text unique
);
create index event_latest on event (at desc, id desc);

-- Whom to tell, as the settings say. Secrets stay there.
create table webhook (
  url text primary key,
  -- Null: all kinds.
  kinds text[]
);

create table webhook_delivery (
  url text not null references webhook on delete cascade,
  event_id bigint not null references event on delete cascade,
  attempts int not null default 0,
  due_at timestamptz not null default now(),
  primary key (url, event_id)
);
create index webhook_delivery_due on webhook_delivery (due_at);

-- What is asked over HTTP, as the settings say, and what it answered.
create table custom_check (
  name text primary key,
  url text not null,
  endpoint text,
  every_seconds int not null,
  due_at timestamptz not null default now(),
  -- Null: never asked.
  passes boolean,
  since timestamptz,
  checked_at timestamptz,
  -- Failures in a row.
  failures int not null default 0,
  detail text
);
