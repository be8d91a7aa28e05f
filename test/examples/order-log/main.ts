import { run } from '@petrel/messaging'
import { orderLog } from './endpoint.ts'

await run(orderLog, process.env)
