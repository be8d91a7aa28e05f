create table ledger (
  order_id text not null,
  kind text not null check (kind in ('awarded', 'revoked')),
  customer_id text not null,
  points integer not null,
  at timestamptz not null,
  primary key (order_id, kind)
);
create index on ledger (customer_id, at);

-- The sum of a customer's ledger. Below zero while a refund was heard before its bill: entries may come in any order.
create table balances (
  customer_id text primary key,
  balance bigint not null
);
