create table ledger (
  request_key text primary key,
  order_id text not null,
  customer_id text not null,
  points integer not null,
  at timestamptz not null
);
create index on ledger (order_id);

create table balances (
  customer_id text primary key,
  balance bigint not null
);
