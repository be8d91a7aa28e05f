-- Every answer that was given for money, by the key it was asked with: the same key gets the same answer for ever.
create table payments (
  idempotency_key text primary key,
  charge_id text not null unique,
  order_id text not null,
  amount_cents bigint not null check (amount_cents >= 0),
  currency text not null,
  -- Null when the money was taken.
  declined_because text,
  at timestamptz not null default now()
);
create index on payments (order_id);
create index on payments (at);

create table refunds (
  idempotency_key text primary key,
  refund_id text not null unique,
  -- An order's money goes back once, whatever the key.
  order_id text not null unique,
  amount_cents bigint not null,
  currency text not null,
  at timestamptz not null default now()
);

create table behaviour (
  only_row boolean primary key default true check (only_row),
  settings jsonb not null
);
