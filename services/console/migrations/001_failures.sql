-- What people did: written before, and again after.
create table action (
  id uuid primary key,
  at timestamptz not null default now(),
  by text not null,
  what text not null,
  selection json,
  -- Null while it runs, and when it was cut short.
  outcome text,
  count integer,
  detail text,
  ended_at timestamptz
);

-- Records that could not be written here. They stay in their topics.
create table unread_record (
  topic text not null,
  partition integer not null,
  kafka_offset bigint not null,
  why text not null,
  at timestamptz not null default now(),
  primary key (topic, partition, kafka_offset)
);
