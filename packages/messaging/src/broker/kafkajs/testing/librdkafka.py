"""A foreign producer: librdkafka with its own defaults. Arguments: brokers, topic, compression, how many records."""

import sys

from confluent_kafka import Producer

brokers, topic, compression, count = sys.argv[1:]
producer = Producer({"bootstrap.servers": brokers, "compression.type": compression, "linger.ms": 100})
for number in range(int(count)):
    text = f"{compression} {number} " + "and so on, " * (number % 50)
    producer.produce(topic, key=f"order-{number}", value=text, headers={"by": "librdkafka"})
left = producer.flush(30)
sys.exit(left)
