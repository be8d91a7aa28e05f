import { run } from '@petrel/messaging'
import { shipping } from './endpoint.ts'

await run(shipping, process.env)
