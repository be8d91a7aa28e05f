import { once } from 'node:events'
import { promisify } from 'node:util'
import { ownSettings, run } from '@petrel/messaging'
import { httpDurations, processRegistry } from '@petrel/messaging/metrics'
import { z } from 'zod'
import { loyalty } from './endpoint.ts'
import { pointsApi } from './pointsApi.ts'

const schema = z.object({ LOYALTY_PORT: z.coerce.number().int().min(0).max(65_535).default(8060) })
const settings = ownSettings(loyalty.name, schema, process.env)

const registry = processRegistry(loyalty.name)
const service = await run(loyalty, process.env, { registry })
const server = pointsApi(service.database, httpDurations(registry)).listen(settings.LOYALTY_PORT)
await once(server, 'listening')
service.onStop(promisify(server.close.bind(server)))
