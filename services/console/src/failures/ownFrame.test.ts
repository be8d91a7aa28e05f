import { expect, test } from 'vitest'
import { ownFrame } from './ownFrame.ts'

test('the frame of the endpoint’s own code is the first that is neither a package’s, Node’s nor the library’s', () => {
  const stack = [
    'TypeError: No card at hand (or so): 1',
    '    at file:///app/node_modules/pg/lib/client.js:7:1',
    '    at Object.run (node:internal/timers:520:17)',
    '    at attempt (file:///app/packages/messaging/src/engine/attempt.ts:55:3)',
    '    at async charge (file:///srv/shop/src/chargeCard.ts:14:9)',
    '    at bill (file:///srv/shop/src/billOrder.ts:3:9)',
  ].join('\n')
  expect(ownFrame(stack)).toBe('chargeCard.ts:14')
})

test.each([
  ['    at C:\\shop\\src\\billOrder.js:3:9', 'billOrder.js:3'],
  ['    at new Till (/srv/my shop/src/till.js:8:1)', 'till.js:8'],
  ['\tat com.acme.Billing.bill(Billing.java:14)', 'Billing.java:14'],
  ['\tat org.springframework.kafka.Listener.run(Listener.java:1)\n\tat com.acme.Till.open(Till.kt:2)', 'Till.kt:2'],
  ['Error: nothing else', null],
  ['', null],
])('of %j it is %s', (stack, frame) => {
  expect(ownFrame(stack)).toBe(frame)
})
