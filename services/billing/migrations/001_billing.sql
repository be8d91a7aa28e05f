create table invoices (
  order_id text primary key,
  customer_id text not null,
  email text not null,
  amount_cents bigint not null,
  currency text not null,
  charge_id text not null unique,
  billed_at timestamptz not null
);

create table declined_payments (
  order_id text primary key,
  customer_id text not null,
  amount_cents bigint not null,
  currency text not null,
  reason text not null,
  declined_at timestamptz not null
);

create table refunds (
  order_id text primary key references invoices,
  refund_id text not null unique,
  amount_cents bigint not null,
  reason text not null,
  refunded_at timestamptz not null
);
