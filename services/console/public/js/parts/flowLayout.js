// Decides where things of a conversation stand. Pure: no page, no clock.

/** The size of a box and the room between boxes, in pixels. */
export const box = { width: 150, height: 64, acrossGap: 44, downGap: 12 }

/**
 * What one first message led to, as a tree: each delivery of a message to an endpoint is a box below the one that sent it.
 * @returns roots `{ id, endpoint, message, state, tries, children … }`; a root without a message is whoever sent the first one
 */
export function flowOf({ messages }) {
  const nodes = new Map()
  const roots = new Map()
  const ordered = messages.toSorted((one, other) => Date.parse(one.sentAt) - Date.parse(other.sentAt))
  for (const message of ordered) for (const node of nodesOf(message)) nodes.set(node.id, node)
  for (const message of ordered) {
    const cause = message.causationId === null ? undefined : nodes.get(placeOf(message.causationId, message.from))
    const parent = cause ?? rootFor(roots, message.from)
    for (const { id } of nodesOf(message)) if (id !== parent.id) parent.children.push(nodes.get(id))
  }
  return [...roots.values()]
}

const placeOf = (messageId, endpoint) => `${messageId}@${endpoint}`

function rootFor(roots, from) {
  if (!roots.has(from)) roots.set(from, { id: `root@${from}`, endpoint: from, children: [] })
  return roots.get(from)
}

/** One for each endpoint that handled the message, failed at it, or has it waiting. */
function nodesOf(message) {
  const byEndpoint = Map.groupBy(
    message.handled.filter(({ outcome }) => outcome !== 'duplicate'),
    ({ endpoint }) => endpoint,
  )
  const handled = [...byEndpoint].map(([endpoint, tries]) => handledNode(message, endpoint, tries))
  const waiting = (message.waiting ?? []).filter((endpoint) => !byEndpoint.has(endpoint))
  const nodes = [...handled, ...waiting.map((endpoint) => node(message, endpoint, { state: 'waiting' }))]
  return nodes.length > 0 ? nodes : [node(message, '', { state: 'unheard' })]
}

const states = { handled: 'handled', retried: 'retrying', postponed: 'postponed', deadLettered: 'failed' }

function handledNode(message, endpoint, tries) {
  const last = tries.toSorted((one, other) => Date.parse(one.startedAt) - Date.parse(other.startedAt)).at(-1)
  return node(message, endpoint, {
    state: states[last.outcome] ?? 'handled',
    tries: Math.max(...tries.map(({ attempt }) => attempt ?? 1)),
    handler: last.saga ?? last.handler,
    errorType: last.errorType,
    failureId: last.failureId ?? tries.findLast(({ failureId }) => failureId)?.failureId ?? null,
    startedAt: last.startedAt,
    durationMs: last.durationUs / 1000,
  })
}

const node = (message, endpoint, more) => ({
  id: placeOf(message.id, endpoint),
  endpoint,
  message,
  children: [],
  tries: 0,
  failureId: null,
  ...more,
})

/** @returns what a box says of its state */
export function stateWords({ state, tries, durationMs, lasting }) {
  const words = {
    handled: tries > 1 ? `handled, try ${tries}` : lasting(durationMs),
    retrying: `failed ${times(tries)}, retrying`,
    postponed: 'postponed: too early',
    failed: `failed ${times(tries)}`,
    waiting: 'waiting',
    unheard: 'nobody heard it yet',
  }
  return words[state] ?? ''
}

const times = (count) => (count === 1 ? 'once' : count === 2 ? 'twice' : `${count} times`)

/** Places a flow's boxes. @returns `{ boxes: [{ node, x, y }], lines: [{ from, to, node }], width, height }` */
export function placedFlow(roots) {
  const boxes = []
  const lines = []
  let nextY = 0
  let deepest = 0
  const place = (each, depth) => {
    deepest = Math.max(deepest, depth)
    const spot = { node: each, x: depth * (box.width + box.acrossGap), y: nextY }
    boxes.push(spot)
    const below = each.children.map((child) => place(child, depth + 1))
    if (below.length === 0) nextY += box.height + box.downGap
    else spot.y = (below[0].y + below.at(-1).y) / 2
    lines.push(...below.map((child) => ({ from: spot, to: child, node: child.node })))
    return spot
  }
  for (const root of roots) place(root, 0)
  return {
    boxes,
    lines,
    width: (deepest + 1) * (box.width + box.acrossGap) - box.acrossGap,
    height: Math.max(box.height, nextY - box.downGap),
  }
}

/** @returns who sent what to whom as one sentence, for those who do not see the picture */
export function flowSentence(roots, shortType) {
  const parts = []
  const walk = (each) => {
    for (const child of each.children) {
      parts.push(`${each.endpoint} → ${shortType(child.message.type)} → ${child.endpoint || 'nobody yet'} (${child.state})`)
      walk(child)
    }
  }
  for (const root of roots) walk(root)
  return parts.join(', ')
}

/** @returns each delivery and each try, in the order in which they happened */
export function sequenceOf({ messages }) {
  const rows = messages.flatMap((message) => [
    ...message.handled.map((handled) => ({ message, ...handled, at: handled.startedAt, durationMs: handled.durationUs / 1000 })),
    ...(message.waiting ?? []).map((endpoint) => ({ message, endpoint, outcome: 'waiting', at: message.sentAt, durationMs: 0 })),
  ])
  return rows.toSorted((one, other) => Date.parse(one.at) - Date.parse(other.at))
}
