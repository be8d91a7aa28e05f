import { expect, test } from 'vitest'
import { ROOT } from '../local/folders.ts'
import { workspacesOf } from './workspaces.ts'

test.for(['sales', 'shopkeeper', 'payment-gateway'])('petrel comes along with %s, which has a database to deploy', (service) => {
  expect(workspacesOf(ROOT, service)).toEqual([`services/${service}`, 'packages/cli'])
})

test('the mailbox has nothing to deploy, and is alone in its image', () => {
  expect(workspacesOf(ROOT, 'mailbox')).toEqual(['services/mailbox'])
})

test.for(['', 'invoicing'])('there is no image of "%s"', (service) => {
  expect(() => workspacesOf(ROOT, service)).toThrow(`There is no service "${service}"`)
})
