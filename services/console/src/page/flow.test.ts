import { expect, test } from 'vitest'
import { failureOf } from '../testing/story.ts'
import { conversationOf, wellConversation } from '../testing/storyConversations.ts'
import { browserCode } from './browserCode.ts'

interface Node {
  readonly endpoint: string
  readonly state?: string
  readonly tries?: number
  readonly failureId?: string | null
  readonly message?: { readonly type: string }
  readonly children: readonly Node[]
}
interface Spot {
  readonly node: Node
  readonly x: number
  readonly y: number
}
interface FlowLayout {
  readonly flowOf: (conversation: object) => Node[]
  readonly placedFlow: (roots: readonly Node[]) => {
    readonly boxes: readonly Spot[]
    readonly width: number
    readonly height: number
  }
  readonly sequenceOf: (conversation: object) => { readonly endpoint: string; readonly at: string }[]
  readonly stateWords: (node: Node & { lasting: (ms: number) => string }) => string
  readonly flowSentence: (roots: readonly Node[], shortType: (type: string) => string) => string
  readonly box: { readonly width: number; readonly height: number }
}
const { flowOf, placedFlow, sequenceOf, stateWords, flowSentence, box } = await browserCode<FlowLayout>('parts/flowLayout.js')

const now = Date.parse('2026-03-01T14:02:07Z')
const drawn = (node: Node): string =>
  `${node.message === undefined ? '' : `${node.message.type.split('.').at(-1)}>`}${node.endpoint}${node.children.length > 0 ? `(${node.children.map(drawn).join(' ')})` : ''}`

test('a flow is who sent what to whom, as a tree that begins with whoever sent the first message', () => {
  const afterBilled =
    'OrderBilled>email(CustomerNotified>client-ui) OrderBilled>loyalty(PointsAwarded>client-ui) OrderBilled>shipping(OrderShipped>client-ui)'
  const afterPlaced = `OrderPlaced>billing(${afterBilled}) OrderPlaced>stock(StockReserved>shipping) OrderPlaced>shipping`
  expect(flowOf(wellConversation(1, now)).map(drawn)).toEqual([`client-ui(PlaceOrder>sales(${afterPlaced}))`])
})

test('a message that failed at all its tries is one box, which says how often and leads to the failure', () => {
  const failure = failureOf('gateway', 11, { at: now })
  const [root] = flowOf(conversationOf(failure))
  const billing = root?.children[0]?.children.find(({ endpoint }) => endpoint === 'billing')
  expect(billing).toMatchObject({ state: 'failed', tries: 13, failureId: failure.id })
  expect(stateWords({ ...(billing as Node), lasting: String })).toBe('failed 13 times')
})

test('what nobody has handled yet is there all the same, and says who waits', () => {
  const message = {
    id: 'm1',
    type: 'sales.OrderPlaced',
    from: 'sales',
    causationId: null,
    sentAt: new Date(now).toISOString(),
    handled: [],
  }
  const [waiting] = flowOf({ messages: [{ ...message, waiting: ['billing', 'stock'] }] })
  expect(waiting?.children.map(({ endpoint, state }) => [endpoint, state])).toEqual([
    ['billing', 'waiting'],
    ['stock', 'waiting'],
  ])
  expect(flowOf({ messages: [{ ...message, waiting: [] }] })[0]?.children[0]?.state).toBe('unheard')
})

test('no box lies on another, and all are inside the picture', () => {
  const { boxes, width, height } = placedFlow(flowOf(wellConversation(1, now)))
  for (const [at, one] of boxes.entries()) {
    expect(one.x + box.width).toBeLessThanOrEqual(width)
    expect(one.y + box.height).toBeLessThanOrEqual(height)
    for (const other of boxes.slice(at + 1))
      expect(Math.abs(one.x - other.x) >= box.width || Math.abs(one.y - other.y) >= box.height).toBe(true)
  }
})

test('the picture can be read out', () => {
  const says = flowSentence(flowOf(conversationOf(failureOf('pricing', 1, { at: now }))), (type) => type)
  expect(says).toBe('client-ui → sales.PlaceOrder → sales (failed)')
})

test('the sequence has each try, in the order of time', () => {
  const times = sequenceOf(conversationOf(failureOf('gateway', 11, { at: now }))).map(({ at }) => Date.parse(at))
  expect(times).toEqual(times.toSorted((one, other) => one - other))
  expect(times.length).toBe(9)
})
