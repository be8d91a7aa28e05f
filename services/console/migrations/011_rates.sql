-- What was handled, counted while it is read: pages that show an hour read no messages. A window of so many minutes has sixty
-- points of so many seconds, its grain: every window is counted by itself, and forgotten after a little more than its time.

create table rate (
  grain smallint not null,
  at timestamptz not null,
  endpoint text not null,
  type text not null,
  source text not null,
  handled int not null,
  retried int not null,
  postponed int not null,
  dead_lettered int not null,
  duplicate int not null,
  -- Sums over those that were handled.
  processing_us bigint not null,
  critical_us bigint not null,
  primary key (grain, at, endpoint, type, source)
) with (fillfactor = 70);

-- How many took how long: bucket is the number of a range of times (src/monitoring/histogram.ts).
create table timing (
  grain smallint not null,
  at timestamptz not null,
  endpoint text not null,
  type text not null,
  bucket smallint not null,
  processing int not null,
  critical int not null,
  primary key (grain, at, endpoint, type, bucket)
) with (fillfactor = 70);

create table instance_rate (
  grain smallint not null,
  at timestamptz not null,
  instance int not null,
  handled int not null,
  failed int not null,
  primary key (grain, at, instance)
) with (fillfactor = 70);
