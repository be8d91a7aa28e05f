#!/bin/bash
# The part of the official image's contract that k8s/kind relies on: POSTGRES_PASSWORD, POSTGRES_USER, POSTGRES_DB and PGDATA, an
# empty volume becomes a cluster, and arguments that begin with a dash go to the server.
set -e
[ "${1:0:1}" = - ] && set -- postgres "$@"
[ "$1" = postgres ] || exec "$@"

user=${POSTGRES_USER:-postgres}
database=${POSTGRES_DB:-$user}

# Kubernetes gives the volume to a group and lets it write, and PostgreSQL refuses a folder that others may write.
mkdir -p "$PGDATA"
chmod 0700 "$PGDATA"

if [ ! -s "$PGDATA/PG_VERSION" ]; then
  [ -n "$POSTGRES_PASSWORD" ] || { echo 'The volume is empty: POSTGRES_PASSWORD must say what the new superuser has as its password.' >&2; exit 1; }
  initdb --username="$user" --pwfile=<(printf '%s\n' "$POSTGRES_PASSWORD") --auth-local=trust --auth-host=scram-sha-256 --encoding=UTF8 \
    --locale=C.UTF-8
  printf 'host all all all scram-sha-256\n' >> "$PGDATA/pg_hba.conf"
  if [ "$database" != postgres ]; then
    pg_ctl -D "$PGDATA" -o "-c listen_addresses='' -c unix_socket_directories=/var/run/postgresql" -w start
    psql --host=/var/run/postgresql --username="$user" --dbname=postgres --set=name="$database" <<< 'create database :"name"'
    pg_ctl -D "$PGDATA" -m fast -w stop
  fi
fi

exec "$@" -c listen_addresses='*' -c unix_socket_directories=/var/run/postgresql
