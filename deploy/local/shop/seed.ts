import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { readSettings, start } from '@petrel/messaging'
import { shopkeeper } from '../../../services/shopkeeper/src/endpoint.ts'
import { fillShelves } from '../../../services/shopkeeper/src/fillShelves.ts'

/** Lets the shopkeeper fill an empty shop, once; in this process, since it is over in a moment. */
/** @param dataDir where it is noted that the shelves are filled */
export async function seed(environment: Readonly<Record<string, string>>, dataDir: string): Promise<void> {
  const mark = join(dataDir, 'seeded')
  if (existsSync(mark)) return
  const keeper = await start(shopkeeper, readSettings({ ...environment, LOG_LEVEL: 'error' }))
  try {
    await fillShelves(keeper)
  } finally {
    await keeper.stop()
  }
  await writeFile(mark, '')
}
