import { endingWith } from './active.ts'
import { databaseAttributes } from './attributes.ts'
import type { Span } from './span.ts'
import type { Spans } from './spans.ts'
import { isRecorded, type TraceContext } from './traceContext.ts'

/**
 * Traces a call of the store for some messages. For one message it is in that message's trace. For several it is a trace of its
 * own, since it belongs to none of them alone, and is linked with all that are recorded.
 */
export async function together<T>(
  spans: Spans,
  operation: string,
  messages: readonly TraceContext[],
  run: () => Promise<T>,
): Promise<T> {
  const recorded = messages.filter(isRecorded)
  if (recorded.length === 0) return run()
  return endingWith(beginTogether(spans, operation, recorded), run)
}

function beginTogether(spans: Spans, operation: string, recorded: readonly TraceContext[]): Span {
  const [parent, ...others] = recorded
  const attributes = { ...databaseAttributes(operation), 'petrel.messages': recorded.length }
  return others.length === 0
    ? spans.start(operation, { kind: 'client', parent, attributes })
    : spans.start(operation, { kind: 'client', decides: 'always', links: recorded, attributes })
}
