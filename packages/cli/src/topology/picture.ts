import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parse } from 'yaml'
import { z } from 'zod'
import { Problem } from '../problem.ts'

/** What the README's picture shows and nothing else says: `docs/diagram.yaml`. */
const schema = z.strictObject({
  /** Who comes from outside. */
  comesIn: z.array(z.strictObject({ from: z.string(), to: z.string(), by: z.string() })).default([]),
  /** Endpoints that listen only to show it, and what they listen to, in words. */
  onlookers: z.record(z.string(), z.string()).default({}),
})

export type Picture = z.infer<typeof schema>

/** @throws Problem when the file is there and not as it should be */
export async function readPicture(root: string): Promise<Picture> {
  const file = join(root, 'docs', 'diagram.yaml')
  const text = await readFile(file, 'utf8').catch(() => '{}')
  const parsed = schema.safeParse(parse(text))
  if (parsed.success) return parsed.data
  throw new Problem(`${file} cannot be used. ${z.prettifyError(parsed.error)}`)
}
