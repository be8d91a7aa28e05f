// Preloaded into a service (`--import`): kills the process, as if the machine had lost power, at the moment that
// CRASH_AT names, the CRASH_ON-th time it comes there.
import { subscribe } from 'node:diagnostics_channel'

const { CRASH_AT, CRASH_ON = '1' } = process.env
let times = 0

subscribe(`petrel:batch:${CRASH_AT}`, () => {
  times += 1
  if (times === Number(CRASH_ON)) process.kill(process.pid, 'SIGKILL')
})
