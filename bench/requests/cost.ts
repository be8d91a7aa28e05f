// One work in a process of its own, so that it is not compiled yet: what it costs the first so many times, and later.
//   node bench/requests/cost.ts <work> <kafkajs | Petrel>
import { patchKafkajs } from '../support.ts'
import { works } from './work.ts'

const [name = '', who] = process.argv.slice(2)
if (who === 'Petrel') patchKafkajs()
const work = await works[name]?.()
if (work === undefined) throw new Error(`There is no work "${name}".`)

const first = await microsOf(50)
await microsOf(150)
console.log(JSON.stringify({ first, later: await microsOf(150) }))

/** CPU of the process for each time, what compiles and collects garbage beside it included. */
async function microsOf(times: number): Promise<number> {
  const before = process.cpuUsage()
  for (let time = 0; time < times; time++) await work?.()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / times
}
