import { execFile } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Contender, Result } from './contender.ts'

/** Those who also work in batches: what one would pick instead. Their folder's README says what each is. */
const peers = { A2: "Spring Kafka's batch listener", D2: 'kafkajs eachBatch of the peers, three inserts' }

/** The same work in other frameworks, where a folder with them is: each with its own harness, on a stack of its own. */
export interface Peers {
  readonly contenders: readonly Contender[]
  stop(): Promise<void>
}

export async function startPeers(folder: string, messages: number): Promise<Peers> {
  const setup = (...args: string[]) => promisify(execFile)(join(folder, 'setup'), args, { cwd: folder, maxBuffer: 1e8 })
  const isOurs = !isRunning(folder)
  if (isOurs) {
    console.error(`${join(folder, 'setup')}: builds the peers and starts their stack, which may take a minute …`)
    await setup()
  }
  return {
    contenders: Object.entries(peers).map(([peer, name]) => ({ name, run: () => runPeer(folder, peer, messages) })),
    async stop() {
      if (isOurs) await setup('stop')
    },
  }
}

function isRunning(folder: string): boolean {
  const pidFile = join(folder, '.work/kafka.pid')
  return existsSync(pidFile) && existsSync(`/proc/${readFileSync(pidFile, 'utf8').trim()}`)
}

/** Seconds after which a peer that is not done is given up. */
const LONGEST_SECONDS = 180

async function runPeer(folder: string, peer: string, messages: number): Promise<Result> {
  const args = [peer, messages, LONGEST_SECONDS].map(String)
  const { stdout } = await promisify(execFile)(join(folder, 'run'), args, { cwd: folder, maxBuffer: 1e8 })
  const result = JSON.parse(stdout) as PeerResult
  if (!result.ok) throw new Error(`Peer ${peer} did not do all of its work: ${stdout}`)
  const { peer: service, pg, broker } = result.cpu
  return {
    messages: result.N,
    perSecond: result.rate,
    service: micros(service),
    database: micros(pg),
    broker: micros(broker),
    residentMiB: result.mem.rss,
  }
}

/** Their CPU is in seconds for a thousand messages, ours in microseconds for one. */
const micros = (seconds: number): number => seconds * 1000

/** The line that a peer's harness prints. */
interface PeerResult {
  readonly ok: boolean
  readonly N: number
  readonly rate: number
  readonly cpu: { readonly peer: number; readonly pg: number; readonly broker: number }
  readonly mem: { readonly rss: number }
}
