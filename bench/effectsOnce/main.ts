import { run } from '@petrel/messaging'
import { bench } from './endpoint.ts'

await run(bench, process.env)
