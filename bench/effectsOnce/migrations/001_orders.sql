create table orders (
  order_id text primary key,
  customer_id text not null,
  currency text not null,
  amount_cents bigint not null,
  placed_at timestamptz not null,
  created_at timestamptz not null default clock_timestamp()
);
