import { ownSettings, processLog } from '@petrel/messaging'
import { processRegistry } from '@petrel/messaging/metrics'
import { startExporter } from './exporter.ts'
import { settingsSchema } from './settings.ts'

const name = 'lag-exporter'
const { kafka, TOPIC_PREFIX, LOG_LEVEL, OPS_PORT } = ownSettings(name, settingsSchema, process.env)
const log = processLog(name, LOG_LEVEL)
const exporter = await startExporter({
  kafka,
  prefix: TOPIC_PREFIX,
  port: OPS_PORT,
  registry: processRegistry(name),
  log,
})

for (const signal of ['SIGTERM', 'SIGINT']) process.once(signal, () => void exporter.close())
