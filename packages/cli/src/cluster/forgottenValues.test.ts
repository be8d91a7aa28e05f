import { expect, test } from 'vitest'
import { forgottenValues } from './forgottenValues.ts'

const shared = { global: { topicPrefix: '', image: { tag: '' }, autoscaling: { enabled: false } } }
const own = { image: { repository: 'petrel/sales' }, endpoint: { topics: ['sales.place-order'] } }

test('what the files of the project give is not forgotten', () => {
  expect(forgottenValues({ ...shared, ...own }, [shared, own])).toEqual([])
  expect(forgottenValues({ ...shared, image: { repository: 'petrel/sales', tag: '0.2.0' } }, [shared, own])).toEqual([])
})

test('what only a file of the user has given is named', () => {
  const given = { global: { topicPrefix: 'shop1.', autoscaling: { enabled: true } }, replicas: 2 }
  expect(forgottenValues(given, [shared, own])).toEqual(['global.topicPrefix', 'global.autoscaling.enabled', 'replicas'])
})
