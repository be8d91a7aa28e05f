-- A message is known by its source and its id together: from here on the keys in petrel_inbox are made of both. Keys of
-- Petrel 0.1 were made of the id alone. They stay, and as long as petrel_former_keys has a row, messages are looked up by both
-- keys: until the cleaning has deleted everything from before its time. Replicas of 0.1 may run on for an hour, until all are
-- replaced.
-- In a rolling update a replica of 0.1 does not find what this version has handled. Where its lanes may go back to a replica
-- of 0.1 (a rollback, a crash in the middle of the update) and messages must not be handled twice, stop 0.1 first.
create table petrel_former_keys (until timestamptz not null);
-- A database that is new has run the first migration a moment ago.
insert into petrel_former_keys select now() + interval '1 hour' from petrel_migrations
where name = 'petrel/001_inbox_outbox_sagas_due.sql' and applied_at < now() - interval '1 minute';

-- The cleaning reads the inbox page by page. With this index it read all of it for every 10,000 rows, once the space of
-- deleted rows was used again: the index never forgets the oldest time that a range of pages has had.
drop index petrel_inbox_handled_at;

-- Whose database this is: the inbox knows messages of one endpoint only.
create table petrel_endpoint (
  only_row boolean primary key default true check (only_row),
  name text not null,
  claimed_at timestamptz not null default now()
);

-- Records to be published later. The view keeps the former name for replicas of 0.1 that run until they are replaced: they
-- insert, lock and delete through it, and both versions publish what either has scheduled. Nothing needs it afterwards.
alter table petrel_due rename to petrel_scheduled;
alter table petrel_scheduled rename constraint petrel_due_pkey to petrel_scheduled_pkey;
alter index petrel_due_due_at rename to petrel_scheduled_due_at;
create view petrel_due as select id, due_at, record from petrel_scheduled;
