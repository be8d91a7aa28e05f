"""The contract (docs/guides/contract.md) as code: which message a record is, what it says, and how it becomes a dead letter."""

import hashlib
import io
import json
import traceback
import urllib.error
import urllib.request
from dataclasses import dataclass
from datetime import UTC, datetime
from http.client import HTTPException

import fastavro


class Undecodable(Exception):
    """Nobody can read the record: no further try helps."""


class UnknownSchema(Exception):
    """The registry does not know the schema. It may know it later."""


class RegistryAway(Exception):
    """The registry does not answer. No record is at fault."""


def headers_of(record):
    """Pairs of name and bytes; a name may be there more than once."""
    try:
        return [(name, value) for name, value in record.headers() or [] if value is not None]
    except SystemError:
        # confluent-kafka raises this for all headers when the name of one is not UTF-8.
        return []


def header(record, name):
    return next((value.decode(errors="replace") for each, value in headers_of(record) if each == name), "")


@dataclass(frozen=True)
class Origin:
    """Where a record was first appended. A replayed record has it in its headers."""

    topic: str
    partition: str
    offset: str
    timestamp: str


def origin_of(record):
    topic, *place = [header(record, f"petrel-original-{part}") for part in ("topic", "partition", "offset", "timestamp")]
    if topic and all(part.isascii() and part.isdigit() for part in place):
        return Origin(topic, *place)
    return Origin(record.topic(), *(str(part) for part in (record.partition(), record.offset(), record.timestamp()[1])))


def identity_of(record):
    """Source and id together name a message. A record without an id is known by its place."""
    origin = origin_of(record)
    id = header(record, "ce_id")
    if id:
        return header(record, "ce_source") or origin.topic, id
    return origin.topic, f"{origin.partition}/{origin.offset}@{origin.timestamp}"


class Decoder:
    """Reads bodies of one message type, whatever version of its schema they were written with."""

    def __init__(self, registry_url, reader_schema):
        self.registry_url = registry_url.rstrip("/")
        self.reader_schema = fastavro.parse_schema(reader_schema)
        self.type_name = f"{reader_schema['namespace']}.{reader_schema['name']}"
        self.writer_schemas = {}

    def decode(self, record):
        value, type_name = record.value(), header(record, "ce_type")
        if type_name not in ("", self.type_name):
            raise Undecodable(f"The record is {type_name}, not {self.type_name}.")
        if value is None or len(value) < 5 or value[0] != 0:
            raise Undecodable("The value is not Avro with a schema id. Find out who writes into this topic.")
        schema, body = self.writer_schema(int.from_bytes(value[1:5], "big", signed=True)), io.BytesIO(value[5:])
        try:
            data = fastavro.schemaless_reader(body, schema, self.reader_schema)
        except Exception as error:
            raise Undecodable(f"The body does not fit {self.type_name}: {error!r:.500}") from error
        if body.read(1):
            raise Undecodable("The body goes on after its last field.")
        return data

    def writer_schema(self, id):
        if id not in self.writer_schemas:
            text = self.ask_registry(id)
            try:
                self.writer_schemas[id] = fastavro.parse_schema(json.loads(text))
            except Exception as error:
                raise Undecodable(f"Schema {id} is not Avro: {error!r:.500}") from error
        return self.writer_schemas[id]

    def ask_registry(self, id):
        if id < 0:
            raise Undecodable(f"The value is not Avro: no schema has the id {id}.")
        url = f"{self.registry_url}/schemas/ids/{id}"
        try:
            with urllib.request.urlopen(url, timeout=5) as answer:
                return json.load(answer)["schema"]
        except urllib.error.HTTPError as error:
            # A 404 without this code comes from a wrong address.
            if error.code == 404 and b"40403" in error.read(1_000):
                raise UnknownSchema(f"Schema {id} is not in the registry. Register it, and replay the record.") from None
            raise RegistryAway(f"{url} answered with status {error.code}") from error
        except (OSError, HTTPException, ValueError, KeyError) as error:
            raise RegistryAway(f"{url} does not answer as a registry: {error!r}") from error


def dead_letter(record, error, *, attempts, endpoint, handler):
    """Key, value and headers of the record in `<endpoint>.dlt`: those it came with, and why it is there."""
    origin = origin_of(record)
    why = {
        "petrel-original-topic": origin.topic,
        "petrel-original-partition": origin.partition,
        "petrel-original-offset": origin.offset,
        "petrel-original-timestamp": origin.timestamp,
        "petrel-attempts": str(attempts),
        "petrel-delayed-retries": "0",
        "petrel-error-type": type(error).__name__,
        "petrel-error-message": str(error),
        "petrel-error-stack": "".join(traceback.format_exception(error)),
        "petrel-endpoint": endpoint,
        "petrel-handler": handler,
        "petrel-failed-at": datetime.now(UTC).isoformat(timespec="milliseconds"),
    }
    came_with = [pair for pair in headers_of(record) if not pair[0].startswith("petrel-") or pair[0] == "petrel-replay-of"]
    return {"key": record.key(), "value": record.value(), "headers": [*came_with, *map(cut, why.items())]}


def without_body(letter):
    """For a dead letter topic that does not take it whole. A replay fetches the body from where it was first appended."""
    digest = {"petrel-body-bytes": str(len(letter["value"])), "petrel-body-sha256": hashlib.sha256(letter["value"]).hexdigest()}
    return {**letter, "value": None, "headers": [*letter["headers"], *map(cut, digest.items())]}


def cut(pair):
    """Headers count towards a record's size."""
    name, text = pair
    return name, text.encode(errors="replace")[: 16 * 1024]
