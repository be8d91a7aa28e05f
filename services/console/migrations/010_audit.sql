-- What endpoints say in their audit topics: who handled which message, and which processes are there. All of it came from Kafka.

-- How far each audit topic is in this database. What is read again is known by its place, and written once.
create table audit_position (
  topic text not null,
  partition int not null,
  next_offset bigint not null,
  -- Of the latest record. A record before next_offset that is later than this belongs to a topic that was made anew.
  appended_at timestamptz not null,
  primary key (topic, partition)
);

-- Names that come with every message, as the endpoint's team has chosen them. Written out, they would be a third of what is kept.
create table audit_route (
  number int generated always as identity primary key,
  endpoint text not null,
  type text not null,
  topic text not null,
  handler text not null,
  saga text not null,
  unique (endpoint, type, topic, handler, saga)
);

create table endpoint (
  name text primary key,
  first_seen_at timestamptz not null,
  -- What it handles and produces, as the process says that has started last, and when that has started.
  definition jsonb,
  defined_by_start_at timestamptz
);

-- Processes. Those that were named by a message and have not sent a heartbeat have no state.
create table instance (
  number int generated always as identity primary key,
  id text not null unique,
  endpoint text not null,
  state text check (state in ('running', 'silent', 'stopped')),
  started_at timestamptz,
  last_seen_at timestamptz,
  every_ms int,
  version text,
  host text,
  pid int,
  ready boolean,
  outage_guard boolean,
  named_at timestamptz not null default now(),
  constraint heard_whole check (state is null or (
    started_at is not null and last_seen_at is not null and every_ms is not null and version is not null and host is not null
    and pid is not null and ready is not null and outage_guard is not null
  ))
);
create index instance_by_endpoint on instance (endpoint);

-- Which process had a lane last.
create table lane (
  endpoint text not null,
  lane text not null,
  instance int not null,
  primary key (endpoint, lane)
);

create type handled_outcome as enum ('handled', 'retried', 'postponed', 'deadLettered', 'duplicate', 'unknown');

-- One row for what became of one delivery of a message. A partition for each day: a day is forgotten at once, and for nothing.
-- Ids compare by their bytes, so that an index finds the beginning of one, too.
create table handled (
  -- When the endpoint wrote it down.
  at timestamptz not null,
  sent_at timestamptz not null,
  started_at timestamptz not null,
  duration_us bigint not null,
  record_offset bigint not null,
  route int not null,
  instance int not null,
  partition int not null,
  attempt int not null,
  outcome handled_outcome not null,
  message_id text collate "C" not null,
  conversation_id text collate "C" not null,
  source text not null,
  causation_id text collate "C",
  key text collate "C",
  trace_id text,
  -- Null where it is the key.
  saga_id text,
  error_type text,
  -- <topic>/<partition>/<offset> where the message was first appended; null where that is where it was read.
  original text,
  -- The same of the dead letter that a person has sent back.
  replay_of text
) partition by range (at);
create index handled_by_conversation on handled (conversation_id);
create index handled_by_message on handled (message_id);
-- The latest come first: the key of a product has many.
create index handled_by_key on handled (key, at);
-- The latest conversations.
create index handled_first on handled (at) where causation_id is null;
