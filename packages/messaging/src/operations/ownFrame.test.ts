import { expect, test } from 'vitest'
import { ownFrame } from './ownFrame.ts'

test('what the team has written counts, and neither Node nor packages nor the library', () => {
  expect(
    ownFrame(`TypeError: x
    at new Promise (<anonymous>)
    at node:internal/process/task_queues:95:5
    at Client.query (file:///app/node_modules/pg/lib/client.js:526:17)
    at placeOrder (file:///app/services/sales/src/placeOrder.ts:14:9)
    at attempt (file:///app/packages/messaging/src/engine/attempt.ts:55:3)`),
  ).toBe('placeOrder.ts:14')
  expect(ownFrame('Error: x\n    at file:///app/src/billOrder.ts:7:1')).toBe('billOrder.ts:7')
  expect(ownFrame('Error: x\n    at async C:\\app\\src\\billOrder.ts:7:1')).toBe('billOrder.ts:7')
})

test("of Java it is not the framework's", () => {
  expect(
    ownFrame(`org.springframework.kafka.listener.ListenerExecutionFailedException: Listener failed
\tat org.springframework.kafka.listener.KafkaMessageListenerContainer.invoke(KafkaMessageListenerContainer.java:2900)
\tat java.base/java.lang.Thread.run(Thread.java:840)
Caused by: java.lang.IllegalStateException: closed
\tat sales.OrderService.place(OrderService.java:21)
\tat sales.OrderService$$SpringCGLIB$$0.place(<generated>)`),
  ).toBe('OrderService.java:21')
})

test('in a traceback of Python the most recent call is last', () => {
  expect(
    ownFrame(`Traceback (most recent call last):
  File "/app/main.py", line 3, in run
    handle(order)
  File "/app/check.py", line 12, in handle
    client.get(url)
  File "/usr/lib/python3.12/site-packages/httpx/_client.py", line 1054, in get
    raise ConnectError
httpx.ConnectError: refused`),
  ).toBe('check.py:12')
})

test.each(['', 'Error: x', 'at nothing', '    at native'])('"%s" has none', (stack) => expect(ownFrame(stack)).toBeNull())
