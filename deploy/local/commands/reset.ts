import { rm } from 'node:fs/promises'
import { RESETTABLE, START_PID } from '../folders.ts'
import { holderOf } from '../processes/pidFile.ts'

// `npm run reset`: the next start begins with an empty shop. Downloads are kept.
const holder = holderOf(START_PID)
if (holder === undefined) {
  for (const folder of RESETTABLE) await rm(folder, { recursive: true, force: true })
  console.log('Orders, mails, topics, databases and logs of the local system are gone; the next start begins with an empty shop.')
} else {
  console.error(`Petrel runs (process ${holder}). Stop it before its data is removed: Ctrl-C in its terminal.`)
  process.exitCode = 1
}
