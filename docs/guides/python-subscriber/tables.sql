create table if not exists inbox (
  source text,
  id text,
  handled_at timestamptz not null default now(),
  primary key (source, id)
);
create index if not exists inbox_handled_at on inbox (handled_at);

create table if not exists spending (
  customer_id text,
  currency text,
  day date,
  cents bigint not null,
  primary key (customer_id, currency, day)
);

create table if not exists verdicts (
  order_id text not null,
  customer_id text not null,
  verdict text not null check (verdict in ('fine', 'suspicious')),
  spent_cents bigint not null,
  judged_at timestamptz not null default now()
);
create index if not exists verdicts_order_id on verdicts (order_id);
