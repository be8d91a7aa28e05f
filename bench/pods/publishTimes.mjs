// Run in a pod with the image of client-ui: prints partition and time of every record of TOPIC since BEGAN.
const library = '/app/packages/messaging/src'
const { kafkajsBroker } = await import(`${library}/broker/kafkajs/broker.ts`)
const { silentLog } = await import(`${library}/log.ts`)

const { KAFKA_BROKERS, TOPIC, BEGAN } = process.env
const broker = kafkajsBroker({ brokers: [KAFKA_BROKERS], clientId: 'bench', log: silentLog })
for await (const { partition, timestamp } of broker.admin.read(TOPIC))
  if (timestamp >= Number(BEGAN)) console.log(`${partition} ${timestamp}`)
await broker.close()
