import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { run } from '../commandLine.ts'
import { Problem } from '../local/problem.ts'
import { buildCommand, type Builder, type CommandLine, type ImageBuild, ownCommand } from './builders.ts'
import { bringCommands, type Destination } from './destination.ts'

/** Who builds: one of the known builders, and where the image goes then; or a command that does both. */
export type Way = { readonly builder: Builder; readonly into: Destination } | { readonly command: string }

/** Builds an image and brings it where it is needed. @throws Problem with what the failing program said */
export async function buildImage(build: ImageBuild, way: Way): Promise<void> {
  if ('command' in way) return runAll([ownCommand(way.command, build)])
  const folder = await mkdtemp(join(tmpdir(), 'petrel-image-'))
  try {
    const bring = bringCommands(way.into, way.builder, build.name, join(folder, 'image.tar'))
    await runAll([buildCommand(way.builder, build), ...bring])
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function runAll(commands: readonly CommandLine[]): Promise<void> {
  for (const [program, ...args] of commands) {
    await run(program, args).catch((error: NodeJS.ErrnoException) => {
      throw error.code === 'ENOENT' ? new Problem(`${program} is not installed here, or not on the PATH.`) : error
    })
  }
}
