-- What this service knows by itself: which orders it accepted, and when. It answers the customer before any other service
-- has the order, so an order that is stuck in sales can be shown, and missed, nevertheless. All the rest of this database came
-- from the bus and can be read from it again.
create table acceptance (
  order_id text primary key,
  accepted_at timestamptz not null,
  customer_id text not null,
  -- [{ sku, name, quantity, unitCents }] at the prices the customer saw; those that hold come with OrderPlaced.
  lines jsonb not null,
  currency text not null,
  -- Of the whole request: the same Idempotency-Key with another one is refused.
  request_hash text not null
);
create index acceptance_latest on acceptance (accepted_at desc);

create trigger announce_acceptances after insert on acceptance
  referencing new table as fresh for each statement execute function announce_orders();

-- The last event of each type, and the orders that are late. "The latest orders" now come from here and from acceptance.
create index history_by_type on order_history (type, at desc);
drop index latest_orders;
