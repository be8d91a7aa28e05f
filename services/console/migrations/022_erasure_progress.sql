-- How far an erasure is, for whoever asks. It has the id of the action that began it.
-- What is done now: search, topics or tables; null while nobody works on it.
alter table erasure add column step text;
-- Letters, endpoints, or nothing that is counted.
alter table erasure add column step_done integer not null default 0;
alter table erasure add column step_of integer not null default 0;
-- Records that endpoints were about to handle, when it was looked first.
alter table erasure add column waiting integer;
-- Why it did not get further the last time.
alter table erasure add column problem text;
