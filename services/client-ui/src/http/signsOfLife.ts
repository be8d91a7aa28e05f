import { eventName, recordHistory } from '../recordHistory.ts'

const publishers = new Map(recordHistory.map(({ handles }) => [eventName(handles), handles.owner]))

/**
 * How far each service has come: when the order was accepted that it answered last; and what time it is here. A service
 * that has answered an order which came much later is not away, so one that it has not answered failed there, most likely.
 * More cannot be known without reading its dead letters.
 */
export function signsOfLife(lastAnswers: ReadonlyMap<string, Date>, now = new Date()) {
  const answered: Record<string, Date> = {}
  for (const [type, acceptedAt] of lastAnswers) {
    const service = publishers.get(type)
    if (service !== undefined && acceptedAt > (answered[service] ?? 0)) answered[service] = acceptedAt
  }
  return { now, answered }
}
