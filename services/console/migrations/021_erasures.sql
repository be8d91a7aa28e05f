-- Where the first copy of a letter was: marks are about it, also when the letter was appended again because what lay before it is
-- erased. Mostly the same as place.
alter table letter add column first_place text;
update letter set first_place = place;
alter table letter alter column first_place set not null;
create index letter_first_place on letter (first_place);

-- That somebody is to be forgotten. Whom is gone when it is done.
create table erasure (
  id uuid primary key,
  by text not null,
  at timestamptz not null default now(),
  -- E-mail addresses, customers' ids, keys.
  wanted text[],
  -- The failures that were found, so that those are known whose records in Kafka are gone already.
  found uuid[] not null default '{}',
  failures integer not null default 0,
  audit integer not null default 0,
  dead_letters integer not null default 0,
  -- When it has to be looked once more: what was on its way may have failed meanwhile. Null: at once.
  again_at timestamptz,
  ended_at timestamptz
);
create index erasure_running on erasure (at) where ended_at is null;
