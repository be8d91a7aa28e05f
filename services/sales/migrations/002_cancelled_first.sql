-- A wish to cancel may come before its order: PlaceOrder travels in another topic, or waits among the failed messages. Then
-- the order is a row that says only that it is cancelled, and the unique key is where the two meet, whichever comes first.
alter table orders
  alter column customer_id drop not null,
  alter column email drop not null,
  alter column total_cents drop not null,
  alter column currency drop not null,
  alter column placed_at drop not null,
  add constraint placed_or_cancelled_first check (
    (placed_at is not null and num_nulls(customer_id, email, total_cents, currency) = 0)
    or (placed_at is null and cancelled_at is not null)
  );

-- To forget the wishes whose orders never came.
create index cancelled_first on orders (cancelled_at) where placed_at is null;
