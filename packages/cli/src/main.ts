import { petrel } from './petrel.ts'

const { env, stdout, stderr } = process

// Whoever reads has seen enough (`petrel failures | head`).
stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1))

process.exitCode = await petrel(process.argv.slice(2), { env, cwd: process.cwd(), stdout, stderr })
