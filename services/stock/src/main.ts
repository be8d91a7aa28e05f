import { run } from '@petrel/messaging'
import { stock } from './endpoint.ts'

await run(stock, process.env)
