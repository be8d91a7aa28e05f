import { petrel } from './petrel.ts'

const { env, stdout, stderr } = process

process.exitCode = await petrel(process.argv.slice(2), { env, cwd: process.cwd(), stdout, stderr })
