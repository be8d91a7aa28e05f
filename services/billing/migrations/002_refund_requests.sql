-- An order is refunded once, however many commands ask for it: the first one is recorded here.
create table refund_requests (
  order_id text primary key references invoices,
  reason text not null,
  requested_at timestamptz not null
);
insert into refund_requests (order_id, reason, requested_at) select order_id, reason, refunded_at from refunds;
