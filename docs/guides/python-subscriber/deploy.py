"""Makes what the subscriber needs: database, tables, topics. What is there already stays as it is."""

import os
import sys
from pathlib import Path

import psycopg
from confluent_kafka import KafkaError, KafkaException
from confluent_kafka.admin import AdminClient, NewTopic
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from subscriber import ENDPOINT, HEARS

KEPT = {"cleanup.policy": "delete", "retention.ms": "-1"}
ROOM_FOR_FAILURE = {"max.message.bytes": str(2 * 1024 * 1024)}
MARKS = {"cleanup.policy": "compact"}


def main(env):
    if env.get("DATABASE_ADMIN_URL"):
        make_database(env["DATABASE_ADMIN_URL"], conninfo_to_dict(env["DATABASE_URL"]))
    with psycopg.connect(env["DATABASE_URL"]) as connection:
        connection.execute(Path(__file__).with_name("tables.sql").read_text())
    make_topics(AdminClient({"bootstrap.servers": env["KAFKA_BROKERS"]}), env.get("TOPIC_PREFIX", ""))
    print(f"{ENDPOINT} is deployed.")


def make_database(admin_url, wanted):
    """A role, with the password that DATABASE_URL has, and a database that only it may enter."""
    role, database = sql.Identifier(wanted["user"]), sql.Identifier(wanted["dbname"])
    password = sql.Literal(wanted["password"])
    with psycopg.connect(admin_url, autocommit=True) as admin:
        is_new = admin.execute("select from pg_roles where rolname = %s", [wanted["user"]]).rowcount == 0
        verb = sql.SQL("create" if is_new else "alter")
        admin.execute(sql.SQL("{} role {} login password {}").format(verb, role, password))
        if admin.execute("select from pg_database where datname = %s", [wanted["dbname"]]).rowcount == 0:
            admin.execute(sql.SQL("grant {} to current_user").format(role))
            admin.execute(sql.SQL("create database {} owner {}").format(database, role))
            admin.execute(sql.SQL("revoke connect on database {} from public").format(database))


def make_topics(admin, prefix):
    existing = admin.list_topics(timeout=10).topics
    if prefix + HEARS not in existing:
        sys.exit(f"The topic {prefix}{HEARS} is missing. Deploy billing first.")
    partitions = len(existing[prefix + HEARS].partitions)
    own = f"{prefix}{ENDPOINT}"
    created = admin.create_topics([
        NewTopic(f"{own}.dlt", 1, config=KEPT | ROOM_FOR_FAILURE),
        NewTopic(f"{own}.replay", partitions, config=KEPT | ROOM_FOR_FAILURE),
        NewTopic(f"{own}.replayed", 1, config=MARKS),
    ])
    for creation in created.values():
        try:
            creation.result()
        except KafkaException as error:
            if error.args[0].code() != KafkaError.TOPIC_ALREADY_EXISTS:
                raise


if __name__ == "__main__":
    main(os.environ)
