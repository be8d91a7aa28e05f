create table products (
  sku text primary key,
  name text not null,
  unit_cents bigint not null check (unit_cents >= 0),
  currency text not null
);

create table orders (
  order_id text primary key,
  customer_id text not null,
  email text not null,
  total_cents bigint not null check (total_cents >= 0),
  currency text not null,
  placed_at timestamptz not null,
  cancelled_at timestamptz
);

create table order_lines (
  order_id text not null references orders,
  sku text not null,
  quantity integer not null check (quantity > 0),
  unit_cents bigint not null,
  primary key (order_id, sku)
);
