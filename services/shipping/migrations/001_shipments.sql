create table shipments (
  order_id text primary key,
  tracking_code text not null unique,
  lines jsonb not null,
  shipped_at timestamptz not null
);
