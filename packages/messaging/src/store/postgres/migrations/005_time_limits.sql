-- How long a statement, a lock and an idle transaction may take, for every session of this database: a pooler takes no start-up
-- parameters. The limit for a lock is shorter than the one for a statement, so the error of a blocked statement names the lock.
-- A transaction may be idle while a handler calls another system or while scheduled records are published, but not for ever, since
-- it holds locks. An older version of Petrel asks for the same limits itself. Who owns the database may set others.
do $$
declare
  owner name := (select rolname from pg_database join pg_roles on pg_roles.oid = datdba where datname = current_database());
  whose text := case
    when pg_has_role(owner, 'member') then format('database %I', current_database())
    -- Its own sessions are all that a role may limit in somebody else's database.
    else format('role %I in database %I', current_user, current_database())
  end;
begin
  execute format('alter %s set lock_timeout = ''10s''', whose);
  execute format('alter %s set statement_timeout = ''30s''', whose);
  execute format('alter %s set idle_in_transaction_session_timeout = ''60s''', whose);
end
$$;
