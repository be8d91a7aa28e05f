import { petrel } from './petrel.ts'

process.exitCode = await petrel(process.argv.slice(2), process)
