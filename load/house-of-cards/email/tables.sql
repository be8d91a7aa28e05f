create table mails (
  request_key text primary key,
  order_id text not null,
  recipient text not null,
  sent_at timestamptz not null
);
create index on mails (order_id);
