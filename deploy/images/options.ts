import { parseArgs } from 'node:util'
import { z } from 'zod'
import { Problem } from '../local/problem.ts'
import { builders, findBuilder } from './builders.ts'
import type { Way } from './buildImage.ts'
import { readDestination } from './destination.ts'

/** What `npm run images` was asked for. */
export interface ImagesOptions {
  /** None: all. */
  readonly services: readonly string[]
  readonly tag: string | undefined
  readonly way: Way
}

const EXAMPLE = 'For example: npm run images -- sales billing --tag 0.2.0 --into kind:petrel'

const Wanted = z.object({
  // What a registry takes for a tag (https://github.com/opencontainers/distribution-spec/blob/main/spec.md#pulling-manifests).
  tag: z
    .string()
    .regex(/^\w[\w.-]{0,127}$/, 'letters, digits, dots and dashes, at most 128')
    .optional(),
  builder: z.enum(builders, { error: `one of ${builders.join(', ')}` }).optional(),
  into: z.string().min(1).default('none'),
})

type Environment = Readonly<Record<string, string | undefined>>

/** What the command line does not say, the environment may. @throws Problem when something cannot be used */
export function readOptions(args: readonly string[], env: Environment): ImagesOptions {
  const { values, positionals } = parse(args)
  const into = values.into ?? env['PETREL_IMAGE_INTO']
  const wanted = Wanted.safeParse({ ...values, builder: values.builder ?? env['PETREL_IMAGE_BUILDER'], into })
  if (!wanted.success) throw new Problem(`${z.prettifyError(wanted.error)}\n${EXAMPLE}`)
  const { tag, builder } = wanted.data
  return { services: positionals, tag, way: readWay({ builder, into: wanted.data.into }, env) }
}

/** A command of the user's does everything itself, unless the command line names a builder or a place. */
function readWay({ builder, into }: Pick<z.infer<typeof Wanted>, 'builder' | 'into'>, env: Environment): Way {
  const command = env['PETREL_IMAGE_COMMAND']?.trim()
  if (command && (into === 'none' || into === 'command')) return { command }
  if (into === 'command')
    throw new Problem('--into command needs PETREL_IMAGE_COMMAND, the command that builds an image and brings it.')
  return { builder: builder ?? findBuilder(env['PATH'] ?? ''), into: readDestination(into) }
}

function parse(args: readonly string[]) {
  const text = { type: 'string' } as const
  try {
    return parseArgs({ args: [...args], options: { tag: text, builder: text, into: text }, allowPositionals: true })
  } catch (error) {
    throw new Problem(`${(error as Error).message}\n${EXAMPLE}`, { cause: error })
  }
}
