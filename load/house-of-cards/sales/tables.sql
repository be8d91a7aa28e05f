create table orders (
  request_key text primary key,
  order_id text not null,
  customer_id text not null,
  email text not null,
  total_cents bigint not null,
  currency text not null,
  lines jsonb not null,
  placed_at timestamptz not null,
  -- What the customer is told; null while nobody knows.
  outcome jsonb,
  -- What is still to be taken back: 'reservation', 'payment'.
  debts text[] not null
);
create index on orders (placed_at) where outcome is null or debts <> '{}';
create index on orders (order_id);
