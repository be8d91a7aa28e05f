create table stock (
  sku text primary key,
  available bigint not null check (available >= 0),
  version bigint not null
-- Few rows, changed all the time: room on the page keeps the new versions of a row beside the old.
) with (fillfactor = 50);

create table reservations (
  order_id text not null,
  sku text not null,
  quantity bigint not null check (quantity > 0),
  reserved_at timestamptz not null,
  released_at timestamptz,
  primary key (order_id, sku)
);
