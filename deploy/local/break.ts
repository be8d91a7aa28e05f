import { mkdir, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { faultFile } from './folders.ts'
import { assertService } from './serviceProcess.ts'
import { told } from './told.ts'

// `npm run break sales`: from now on every handler of the service fails, as with a bug in it.
await told('break', async (service) => {
  assertService(service)
  const file = faultFile(service)
  await mkdir(dirname(file), { recursive: true })
  await writeFile(file, `${service} was broken on purpose (npm run break ${service}). Mend it with: npm run mend ${service}\n`)
  console.log(`${service} is broken: each message it gets now fails. Mend it with: npm run mend ${service}`)
})
