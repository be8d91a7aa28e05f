import { access, constants } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { LOCAL } from '../../deploy/local/folders.ts'

/** The k6 of the PATH, or the one that was built here; undefined when there is none. */
export async function findK6(): Promise<string | undefined> {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), join(LOCAL, 'tools')]
  for (const folder of folders) {
    const file = join(folder, 'k6')
    const isThere = await access(file, constants.X_OK).then(
      () => true,
      () => false,
    )
    if (isThere) return file
  }
  return undefined
}
