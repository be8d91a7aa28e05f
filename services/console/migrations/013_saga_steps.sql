-- What a message has done to its saga, as the audit says: {"change", "timeouts": [{"id", "type", "dueAt"}]}. Null where no saga has
-- handled it, and where an earlier version of the library has.
alter table handled add column saga_step json;
