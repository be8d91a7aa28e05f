import { run } from '@petrel/messaging'
import { sales } from './endpoint.ts'

await run(sales, process.env)
