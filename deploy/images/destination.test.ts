import { expect, test } from 'vitest'
import type { Builder } from './builders.ts'
import { bringCommands, readDestination } from './destination.ts'

const bring = (into: string, builder: Builder) =>
  bringCommands(readDestination(into), builder, 'petrel/sales:0.1.0', '/tmp/a.tar').map((command) => command.join(' '))

test('an image that goes nowhere stays with its builder', () => {
  expect(bring('none', 'docker')).toEqual([])
})

test.for([
  ['kind', 'kind load docker-image petrel/sales:0.1.0 --name kind'],
  ['kind:petrel', 'kind load docker-image petrel/sales:0.1.0 --name petrel'],
  ['minikube', 'minikube image load petrel/sales:0.1.0 --profile minikube'],
  ['minikube:petrel', 'minikube image load petrel/sales:0.1.0 --profile petrel'],
])('%s takes an image from Docker', ([into, expected]) => {
  expect(bring(into ?? '', 'docker')).toEqual([expected])
})

test('what only podman or buildah knows goes there in a file, under the name that a cluster looks for', () => {
  expect(bring('kind:petrel', 'buildah')).toEqual([
    'buildah push docker.io/petrel/sales:0.1.0 docker-archive:/tmp/a.tar:docker.io/petrel/sales:0.1.0',
    'kind load image-archive /tmp/a.tar --name petrel',
  ])
  expect(bring('minikube', 'podman')).toEqual([
    'podman save --format docker-archive -o /tmp/a.tar docker.io/petrel/sales:0.1.0',
    'minikube image load /tmp/a.tar --profile minikube',
  ])
})

test('a registry gets it under its own address, also one with a port', () => {
  expect(bring('registry:localhost:5000/team/', 'docker')).toEqual([
    'docker tag petrel/sales:0.1.0 localhost:5000/team/petrel/sales:0.1.0',
    'docker push localhost:5000/team/petrel/sales:0.1.0',
  ])
  expect(bring('registry:registry.example/team', 'buildah')).toEqual([
    'buildah push docker.io/petrel/sales:0.1.0 docker://registry.example/team/petrel/sales:0.1.0',
  ])
})

test.for(['', 'kinds', 'none:where', 'registry', 'registry:'])(
  '"%s" is no place for an image, and it is said which there are',
  (into) => {
    expect(() => readDestination(into)).toThrow(/It can go into: none, kind or kind:CLUSTER, minikube/)
  },
)
