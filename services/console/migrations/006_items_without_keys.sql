-- As in 004: a foreign key looks up and locks a row for each message of a replay, and whoever deletes a failure looks through all
-- replays for it. Now whoever deletes some looks through them once. No replay is ever deleted.
alter table replay_item drop constraint replay_item_replay_id_fkey, drop constraint replay_item_failure_id_fkey;
create function forget_replay_items() returns trigger language plpgsql as $$
begin
  delete from replay_item using gone where replay_item.failure_id = gone.id;
  return null;
end $$;
create trigger forget_replay_items after delete on failure referencing old table as gone
  for each statement execute function forget_replay_items();
