import { existsSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { faultFile } from './folders.ts'
import { assertService } from './serviceProcess.ts'
import { told } from './told.ts'

// `npm run mend sales`: the opposite of break. What failed meanwhile for good waits for `petrel replay sales`.
await told('mend', async (service) => {
  assertService(service)
  if (!existsSync(faultFile(service))) return console.log(`${service} was not broken.`)
  await rm(faultFile(service))
  console.log(
    `${service} is mended. What failed for good meanwhile: npx petrel failures. Send it again: npx petrel replay ${service}`,
  )
})
