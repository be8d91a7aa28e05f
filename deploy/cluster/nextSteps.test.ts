import { expect, test } from 'vitest'
import { nextSteps } from './nextSteps.ts'

test('the commands that show the shop are for the cluster that was made, not for the one that happens to be current', () => {
  expect(nextSteps('kind-petrel')).toContain('kubectl --context kind-petrel -n petrel port-forward service/shop-client-ui 8080')
  expect(nextSteps()).toContain('  kubectl -n petrel port-forward service/shop-client-ui 8080')
})
