-- Whoever looks asks whether anything has changed; nobody is told. A notification for every statement made writing the history
-- twice as dear, and transactions that notify commit one after the other.
drop trigger announce_orders on order_history;
drop trigger announce_acceptances on acceptance;
drop trigger announce_products on product;
drop trigger announce_stock on stock_level;
drop function announce_orders();
drop function announce_catalogue();

-- That a message is recorded once the inbox sees to. Replicas of an earlier version still write its id until they are replaced.
alter table order_history drop constraint order_history_pkey;
alter table order_history alter column message_id drop not null;
alter table order_history add primary key (entry);
create index history_of_order on order_history (order_id);
drop index history_by_type;
create index alarms on order_history (at) where type = 'ShipmentDelayed';
