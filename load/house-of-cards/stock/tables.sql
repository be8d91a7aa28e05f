create table stock (
  sku text primary key,
  available bigint not null check (available >= 0)
) with (fillfactor = 50);

create table reservations (
  request_key text not null,
  order_id text not null,
  sku text not null,
  quantity bigint not null check (quantity > 0),
  reserved_at timestamptz not null,
  released_at timestamptz,
  primary key (request_key, sku)
);
create index on reservations (order_id);
