import { delimiter, join } from 'node:path'
import { isProgram } from '../isProgram.ts'
import { Problem } from '../local/problem.ts'

/** Programs that build an image from a Dockerfile; the first that is there is taken. */
export const builders = ['docker', 'podman', 'buildah'] as const
export type Builder = (typeof builders)[number]

/** What an image is made of. */
export interface ImageBuild {
  /** With its tag: `petrel/sales:0.1.0`. */
  readonly name: string
  /** The folder that the Dockerfile copies from. */
  readonly context: string
  readonly dockerfile: string
  /** Values of the Dockerfile's `ARG`s. */
  readonly args?: Readonly<Record<string, string>>
}

/** A program and its arguments. */
export type CommandLine = readonly [program: string, ...args: string[]]

/** @throws Problem when none is on the PATH */
export function findBuilder(path: string): Builder {
  const found = builders.find((builder) => path.split(delimiter).some((folder) => isProgram(join(folder, builder))))
  if (found) return found
  throw new Problem(
    `Nothing is here that builds images: install ${builders.join(', ')}, or name a command of your own in PETREL_IMAGE_COMMAND.`,
  )
}

export function buildCommand(builder: Builder, build: ImageBuild): CommandLine {
  // Without it buildah does every step again each time.
  const layers = builder === 'buildah' ? ['--layers'] : []
  return [builder, 'build', ...layers, '-t', storedName(builder, build.name), ...dockerfileArguments(build), build.context]
}

/** A command of the user's: it builds the image and brings it where it is needed. Words are separated by spaces. */
export function ownCommand(command: string, build: ImageBuild): CommandLine {
  const [program = '', ...first] = command.split(' ').filter(Boolean)
  return [program, ...first, build.name, build.context, ...dockerfileArguments(build)]
}

/** Docker takes a name without a host for one of docker.io, as Kubernetes does; the others would put it under `localhost`. */
export const storedName = (builder: Builder, name: string): string => (builder === 'docker' ? name : `docker.io/${name}`)

const dockerfileArguments = ({ dockerfile, args = {} }: ImageBuild): string[] => [
  '-f',
  dockerfile,
  ...Object.entries(args).flatMap(([name, value]) => ['--build-arg', `${name}=${value}`]),
]
