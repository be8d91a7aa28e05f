"""A fraud check that hears billing.OrderBilled, from the contract alone: docs/guides/python-subscriber.md."""

import json
import os
import signal
import sys
import time
from pathlib import Path

import psycopg
from confluent_kafka import Consumer, KafkaError, KafkaException, Producer, TopicPartition

from contract import Decoder, RegistryAway, Undecodable, dead_letter, identity_of, without_body
from fraud_check import judge
from ops import Status, listen, log

ENDPOINT = "fraud-check-py"
HEARS = "billing.order-billed"
TRIES = 3

REMEMBER = "insert into inbox (source, id) values (%s, %s) on conflict do nothing"
# For one transaction: a pooler gives the next one another session, and takes no start-up parameters.
LIMIT = "set local statement_timeout = '30s'"
FORGET = "delete from inbox where handled_at < now() - interval '7 days'"


class BrokerAway(Exception):
    pass


# No message is at fault: it waits until they are back.
AWAY = (BrokerAway, RegistryAway, psycopg.OperationalError, psycopg.InterfaceError, psycopg.errors.ReadOnlySqlTransaction)


class Stopping(Exception):
    """What is not done comes again."""


class Subscriber:
    def __init__(self, env, status):
        self.status = status
        self.prefix = env.get("TOPIC_PREFIX", "")
        self.limits = json.loads(env.get("FRAUD_LIMITS_CENTS", '{"EUR": 50000}'))
        self.database_url, self.database = env["DATABASE_URL"], None
        reader_schema = json.loads(Path(__file__).with_name("order_billed.avsc").read_text())
        self.decoder = Decoder(env["SCHEMA_REGISTRY_URL"], reader_schema)
        brokers = {"bootstrap.servers": env["KAFKA_BROKERS"]}
        self.consumer = Consumer(brokers | {
            "group.id": self.prefix + ENDPOINT,
            "auto.offset.reset": "earliest",
            "enable.auto.commit": False,
            "partition.assignment.strategy": "cooperative-sticky",
            "session.timeout.ms": 10_000,
        })
        self.producer = Producer(brokers | {
            "enable.idempotence": True,
            "message.timeout.ms": 5_000,
            "message.max.bytes": 10_000_000,
        })

    def run(self):
        topics = [self.prefix + HEARS, f"{self.prefix}{ENDPOINT}.replay"]
        try:
            self.forget_old()
            self.consumer.subscribe(topics, on_assign=self.joined, on_lost=self.lost)
            while not self.status.draining:
                self.status.moved()
                self.handle_all(self.consumer.consume(100, timeout=0.1))
                self.forget_old()
        except Stopping:
            pass
        finally:
            self.consumer.close()

    def joined(self, _, partitions):
        if not self.status.joined:
            log("joined", partitions=len(partitions))
        self.status.joined = True

    def lost(self, *_):
        self.status.joined = False

    def handle_all(self, records):
        """Commits what was handled. After a crash in between the records come again, and the inbox knows them."""
        done = {}
        try:
            for record in records:
                if self.is_record(record):
                    outcome = self.patiently(lambda: self.handle(record))
                    self.status.outcomes[outcome] += 1
                    done[record.topic(), record.partition()] = record.offset() + 1
        finally:
            self.commit([TopicPartition(*place, offset) for place, offset in done.items()])

    def is_record(self, record):
        error = record.error()
        if error is None:
            return True
        if error.fatal():
            raise KafkaException(error)
        log("kafka", message=str(error))
        return False

    def patiently(self, work):
        """Tries until whatever is away is back."""
        while not self.status.draining:
            try:
                return work()
            except AWAY as error:
                log("waiting", message=f"{type(error).__name__}: {error}")
                self.status.moved()
                time.sleep(1)
        raise Stopping

    def handle(self, record):
        for attempt in range(1, TRIES + 1):
            try:
                return self.handle_once(record)
            except AWAY:
                raise
            except Exception as error:
                failed = error
                if isinstance(error, Undecodable):
                    break
        self.park(dead_letter(record, failed, attempts=attempt, endpoint=ENDPOINT, handler="judge"))
        log("dead-letter", topic=record.topic(), partition=record.partition(), offset=record.offset(), message=str(failed))
        return "dead-letter"

    def handle_once(self, record):
        """The verdict and the entry in the inbox are one transaction."""
        order = self.decoder.decode(record)
        connection = self.connection()
        with connection.transaction():
            connection.execute(LIMIT)
            if connection.execute(REMEMBER, identity_of(record)).rowcount == 0:
                return "duplicate"
            judge(order, self.limits, connection)
        return "handled"

    def connection(self):
        if self.database is None or self.database.closed:
            # Statements have no names: behind a pooler the next session does not know them.
            limits = {"connect_timeout": 5, "tcp_user_timeout": 30_000, "prepare_threshold": None}
            self.database = psycopg.connect(self.database_url, autocommit=True, application_name=ENDPOINT, **limits)
        return self.database

    def park(self, letter):
        error = self.append(letter)
        if error is not None and error.code() == KafkaError.MSG_SIZE_TOO_LARGE and letter["value"] is not None:
            error = self.append(without_body(letter))
        if error is not None:
            raise BrokerAway(f"{self.prefix}{ENDPOINT}.dlt did not take a dead letter: {error}")

    def append(self, letter):
        """Waits until the broker has it. Returns the error otherwise."""
        errors = []
        try:
            self.producer.produce(f"{self.prefix}{ENDPOINT}.dlt", **letter, on_delivery=lambda error, _: errors.append(error))
            self.producer.flush()
        except KafkaException as error:
            errors.append(error.args[0])
        return errors[0]

    def commit(self, offsets):
        if not offsets:
            return
        try:
            self.consumer.commit(offsets=offsets, asynchronous=False)
        except KafkaException as error:
            # The partitions may have another owner by now.
            log("not-committed", message=str(error))

    forget_at = 0

    def forget_old(self):
        if time.monotonic() >= self.forget_at:
            self.forget_at = time.monotonic() + 3600
            self.patiently(self.forget)

    def forget(self):
        connection = self.connection()
        with connection.transaction():
            connection.execute(LIMIT)
            connection.execute(FORGET)


def main():
    status = Status()

    def stop(*_):
        status.draining = True

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    if os.environ.get("OPS_PORT"):
        listen(int(os.environ["OPS_PORT"]), status)
    try:
        Subscriber(os.environ, status).run()
    except psycopg.errors.UndefinedTable:
        sys.exit(f"{ENDPOINT} is not deployed: its tables are missing. Run: python3 deploy.py")
    log("stopped", **status.outcomes)


if __name__ == "__main__":
    main()
