-- Under which id the spans of an order are found, where tracing is on. Replicas of an earlier version do not write it.
alter table acceptance add column trace_id text;
