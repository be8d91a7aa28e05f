import { Problem } from '../local/problem.ts'
import { type Builder, type CommandLine, storedName } from './builders.ts'

/** Where an image goes when it is built. */
export type Destination =
  | { readonly to: 'none' }
  | { readonly to: 'kind'; readonly cluster: string }
  | { readonly to: 'minikube'; readonly profile: string }
  | { readonly to: 'registry'; readonly address: string }

const WAYS = 'none, kind or kind:CLUSTER, minikube or minikube:PROFILE, registry:HOST/PATH'

/** @throws Problem when there is no such way */
export function readDestination(text: string): Destination {
  const [way, ...rest] = text.split(':')
  const what = rest.join(':')
  if (way === 'none' && what === '') return { to: 'none' }
  if (way === 'kind') return { to: 'kind', cluster: what || 'kind' }
  if (way === 'minikube') return { to: 'minikube', profile: what || 'minikube' }
  if (way === 'registry' && what !== '') return { to: 'registry', address: what.replace(/\/+$/, '') }
  throw new Problem(`An image cannot go into "${text}". It can go into: ${WAYS}.`)
}

/**
 * What brings a built image there, one command after the other.
 * @param archive a file for builders whose images others do not find
 */
export function bringCommands(destination: Destination, builder: Builder, name: string, archive: string): CommandLine[] {
  if (destination.to === 'none') return []
  if (destination.to === 'registry') return pushCommands(builder, name, `${destination.address}/${name}`)
  if (builder === 'docker') return [loadCommand(destination, name)]
  return [saveCommand(builder, name, archive), loadCommand(destination, archive, 'image-archive')]
}

/** minikube sees by itself whether it is given an image or an archive. */
const loadCommand = (
  destination: Destination & { to: 'kind' | 'minikube' },
  what: string,
  form: 'docker-image' | 'image-archive' = 'docker-image',
): CommandLine =>
  destination.to === 'kind'
    ? ['kind', 'load', form, what, '--name', destination.cluster]
    : ['minikube', 'image', 'load', what, '--profile', destination.profile]

function saveCommand(builder: 'podman' | 'buildah', name: string, archive: string): CommandLine {
  const stored = storedName(builder, name)
  return builder === 'podman'
    ? ['podman', 'save', '--format', 'docker-archive', '-o', archive, stored]
    : ['buildah', 'push', stored, `docker-archive:${archive}:${stored}`]
}

const pushCommands = (builder: Builder, name: string, remote: string): CommandLine[] =>
  builder === 'docker'
    ? [
        ['docker', 'tag', name, remote],
        ['docker', 'push', remote],
      ]
    : [[builder, 'push', storedName(builder, name), `docker://${remote}`]]
