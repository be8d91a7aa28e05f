-- A record of a dead letter topic. Each is kept as it was read, so that it can be sent back without its topic.
create table letter (
  -- <topic>/<partition>/<offset>
  place text primary key,
  failure_id uuid not null,
  -- The same for all copies of one failing.
  failing uuid not null,
  topic text not null,
  partition integer not null,
  kafka_offset bigint not null,
  appended_at timestamptz not null,
  -- The letter that was sent back and became this one.
  replay_of text,
  -- The topic that refused what the endpoint itself produced: sending it back is all, nobody confirms it.
  refused_by text,
  -- By which names marks may be about it.
  mark_names text[] not null,
  attempts integer not null,
  failed_at timestamptz not null,
  error_type text not null,
  error_message text not null,
  error_stack text not null,
  original_topic text not null,
  -- As a foreign record claims: any numbers.
  original_partition bigint not null,
  original_offset numeric not null,
  causation_id text,
  key bytea,
  -- Null when there is none, and when it is too large to be kept here: then value_bytes is its size.
  value bytea,
  value_bytes integer,
  -- [[name, value], …] in their order; a value that is no text is {"hex": "…"}
  headers json not null
);
create index letter_failure on letter (failure_id);
create index letter_replay_of on letter (replay_of) where replay_of is not null;

-- A message that failed at an endpoint. What is said of its error is that of its newest letter. The state follows from letters,
-- marks, confirmations and replays, whatever the order in which these are read.
create table failure (
  id uuid primary key,
  endpoint text not null,
  source text not null,
  -- Within its source.
  identity text not null,
  -- As people see it: ce_id, or the place of the original record.
  message_id text not null,
  type text,
  key text,
  conversation_id text not null,
  trace_id text,
  handler text,
  error_type text not null,
  -- The beginning: the whole is in the letter.
  error_message text not null,
  frame text,
  group_id uuid not null,
  attempts integer not null,
  decodable boolean not null,
  -- spring, connect or watermill: a dead letter of others.
  foreign_kind text,
  sent_at timestamptz not null,
  first_failed_at timestamptz not null,
  last_failed_at timestamptz not null,
  -- Its newest letter.
  letter text not null,
  -- How often it was sent back, and how often it failed again after that.
  replays integer not null default 0,
  failed_replays integer not null default 0,
  state text not null default 'unresolved',
  -- Since when it has this state.
  changed_at timestamptz not null default now()
);
create index failure_newest on failure (last_failed_at desc, id desc);
create index failure_state on failure (state, last_failed_at desc, id desc);
create index failure_group on failure (group_id, state, last_failed_at desc);
create index failure_conversation on failure (conversation_id);
create index failure_changed on failure (changed_at) where state <> 'unresolved';

-- Apart, so that the lists read narrow rows.
create table failure_search (
  failure_id uuid primary key references failure on delete cascade,
  -- Of ids, body, headers and error; made by src/failures/words.ts.
  words tsvector not null
);
create index failure_search_words on failure_search using gin (words);

-- What people decided about letters: records of <endpoint>.replayed. All are kept, the newest of a position counts.
create table mark (
  -- Of a letter.
  position text not null,
  outcome text not null,
  at timestamptz not null,
  by text not null,
  reason text,
  endpoint text not null,
  name text not null,
  -- Of the mark's record; null until it was read.
  kafka_offset bigint,
  primary key (position, at, outcome)
);

-- That an endpoint handled what was sent back.
create table confirmation (
  endpoint text not null,
  -- The letter's position.
  replay_of text not null,
  outcome text not null,
  attempt integer not null,
  at timestamptz not null,
  primary key (endpoint, replay_of)
);

create table group_note (
  group_id text primary key,
  text text not null,
  by text not null,
  at timestamptz not null default now()
);
