create table shipments (
  request_key text primary key,
  order_id text not null,
  tracking_code text not null,
  lines jsonb not null,
  shipped_at timestamptz not null
);
create index on shipments (order_id);
