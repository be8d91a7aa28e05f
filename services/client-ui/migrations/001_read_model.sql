-- What the page shows. Everything here is heard on the bus, and can be heard again.

create table order_history (
  entry bigint generated always as identity,
  order_id text not null,
  -- With the message's own id in the key, two events of one type for one order are two entries.
  message_id text not null,
  type text not null,
  -- When the event was sent.
  at timestamptz not null,
  -- Only with OrderPlaced.
  total_cents bigint,
  -- What the page tells beside the event, for example the tracking code.
  detail jsonb,
  primary key (order_id, message_id)
);

-- "The latest orders" without reading the whole history.
create index latest_orders on order_history (entry desc) where type = 'OrderPlaced';

create table product (
  sku text primary key,
  name text not null,
  unit_cents bigint not null,
  currency text not null,
  listed_at timestamptz not null
);

-- A table of its own, since a level may be heard before its product.
create table stock_level (
  sku text primary key,
  available bigint not null,
  version bigint not null
);

-- Every replica hears of every change. A notification holds at most 8000 bytes, hence pages of 100 orders and cut ids
-- (an order id longer than 64 characters is shown with the next round of polling).
create function announce_orders() returns trigger language plpgsql as $$
begin
  perform pg_notify('orders', ids)
  from (
    select string_agg(left(order_id, 64), ' ') as ids
    from (
      select order_id, (row_number() over () - 1) / 100 as page
      from (select distinct order_id from fresh) as orders
    ) as pages
    group by page
  ) as notifications;
  return null;
end
$$;

create trigger announce_orders after insert on order_history
  referencing new table as fresh for each statement execute function announce_orders();

create function announce_catalogue() returns trigger language plpgsql as $$
begin
  notify catalogue;
  return null;
end
$$;

create trigger announce_products after insert or update on product
  for each statement execute function announce_catalogue();
create trigger announce_stock after insert or update on stock_level
  for each statement execute function announce_catalogue();
