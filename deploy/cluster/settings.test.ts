import { expect, test } from 'vitest'
import { Problem } from '../local/problem.ts'
import { readSettings } from './settings.ts'

test('the quick start runs on kind, on minikube, and on the cluster that kubectl talks to', () => {
  for (const CLUSTER of ['kind', 'minikube', 'current']) expect(readSettings({ CLUSTER }).CLUSTER).toBe(CLUSTER)
})

test('who names no cluster, or one that is not known, reads which there are, and an example', () => {
  for (const env of [{}, { CLUSTER: 'k3s' }]) {
    expect(() => readSettings(env)).toThrow(Problem)
    expect(() => readSettings(env)).toThrow(/CLUSTER: must be kind, minikube, or current.*\n.*CLUSTER=kind npm run cluster/)
  }
})
