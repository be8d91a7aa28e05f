-- In which version of its form a state was written; those of before are of the first. When a saga was completed: it leaves some
-- time later. An older version of Petrel writes neither, and cleaning counts from when it first sees such a saga.
alter table petrel_saga
  add column state_version integer not null default 1,
  add column completed_at timestamptz;
