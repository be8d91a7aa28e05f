// What the benchmarks use of the library's inside; nothing else outside the library may.
export { kafkajsBroker } from '../packages/messaging/src/broker/kafkajs/broker.ts'
export { avroCodec } from '../packages/messaging/src/codec/codec.ts'
export { messageEncoder } from '../packages/messaging/src/engine/encodeMessage.ts'
export { topicLimits } from '../packages/messaging/src/engine/topicLimits.ts'
export { silentLog } from '../packages/messaging/src/log.ts'
export { subjectName, topicName } from '../packages/messaging/src/naming.ts'
export { confluentRegistry } from '../packages/messaging/src/registry/confluent.ts'
