create table orders (
  request_key text primary key,
  customer_id text not null,
  lines jsonb not null,
  currency text not null,
  request_hash text not null,
  accepted_at timestamptz not null,
  -- What became of it, as sales says; null while nobody knows.
  outcome jsonb,
  -- What the customer was told; null when the process died or the customer had gone before.
  told text check (told in ('yes', 'no'))
);
create index on orders (customer_id text_pattern_ops);
create index on orders (accepted_at) where outcome is null;
