#!/usr/bin/env node
// Plain JavaScript, since whatever Node the machine has runs it. Petrel itself is TypeScript and needs the Node that
// `npm ci` has put into the clone; with an older one this starts that and hands on arguments, signals and the exit code.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { constants } from 'node:os'
import { fileURLToPath } from 'node:url'

const needed = 24
const main = new URL('../src/main.ts', import.meta.url)

if (Number.parseInt(process.versions.node, 10) >= needed) await import(main.href)
else startWithOwnNode()

function startWithOwnNode() {
  const node = fileURLToPath(new URL('../../../node_modules/.bin/node', import.meta.url))
  if (!existsSync(node)) {
    console.error(`petrel needs Node ${needed}; this is ${process.versions.node}. Run npm ci, which brings it along.`)
    process.exit(1)
  }
  const petrel = spawn(node, [fileURLToPath(main), ...process.argv.slice(2)], { stdio: 'inherit' })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => petrel.kill(signal))
  petrel.on('exit', (code, signal) => process.exit(code ?? 128 + constants.signals[signal]))
}
