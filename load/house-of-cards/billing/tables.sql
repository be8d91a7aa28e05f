create table invoices (
  request_key text primary key,
  order_id text not null,
  customer_id text not null,
  amount_cents bigint not null,
  currency text not null,
  charge_id text not null,
  billed_at timestamptz not null
);
create index on invoices (order_id);
