-- Where each group goes on in each partition. Kafka forgets that of a group without members after 7 days; this does not. Written
-- now and then: what was handled meanwhile, the inbox knows. An older version of Petrel leaves the table as it is.
create table petrel_position (
  consumer_group text not null,
  topic text not null,
  partition integer not null,
  -- Of the topic that the offset belongs to: one that is made again has the same name, and other offsets.
  topic_id text not null,
  next_offset bigint not null,
  saved_at timestamptz not null default now(),
  primary key (consumer_group, topic, partition)
) with (fillfactor = 50);
