"""Removes what deploy.py made, with everything in it. Again, it changes nothing."""

import os
import time

import psycopg
from confluent_kafka import KafkaError, KafkaException
from confluent_kafka.admin import AdminClient
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from subscriber import ENDPOINT

GONE = (KafkaError.GROUP_ID_NOT_FOUND, KafkaError.UNKNOWN_TOPIC_OR_PART)


def main(env):
    own = env.get("TOPIC_PREFIX", "") + ENDPOINT
    admin = AdminClient({"bootstrap.servers": env["KAFKA_BROKERS"]})
    remove_group(admin, own)
    for removal in admin.delete_topics([f"{own}.{name}" for name in ("dlt", "replay", "replayed")]).values():
        settle(removal)
    if env.get("DATABASE_ADMIN_URL"):
        remove_database(env["DATABASE_ADMIN_URL"], conninfo_to_dict(env["DATABASE_URL"]))
    print(f"{ENDPOINT} is removed.")


def remove_group(admin, group, patience_seconds=60):
    """A group can be deleted when its last member has left, or is given up."""
    deadline = time.monotonic() + patience_seconds
    while True:
        try:
            return settle(admin.delete_consumer_groups([group])[group])
        except KafkaException as error:
            if error.args[0].code() != KafkaError.NON_EMPTY_GROUP or time.monotonic() > deadline:
                raise
            time.sleep(1)


def settle(removal):
    try:
        removal.result()
    except KafkaException as error:
        if error.args[0].code() not in GONE:
            raise


def remove_database(admin_url, wanted):
    with psycopg.connect(admin_url, autocommit=True) as admin:
        admin.execute(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(wanted["dbname"])))
        admin.execute(sql.SQL("drop role if exists {}").format(sql.Identifier(wanted["user"])))


if __name__ == "__main__":
    main(os.environ)
