import { actionsPart } from './actions/part.ts'
import { auditPart } from './audit/part.ts'
import { breakItPart } from './breakIt/part.ts'
import { conversationsPart } from './conversations/part.ts'
import { editingPart } from './editing/part.ts'
import { erasurePart } from './erasure/part.ts'
import { eventsPart } from './events/part.ts'
import { failuresPart } from './failures/part.ts'
import { lookAtKafka } from './monitoring/look.ts'
import { monitoringPart } from './monitoring/part.ts'
import type { ConsoleContext, Part } from './part.ts'
import { replaysPart } from './replays/part.ts'
import { summaryPart } from './summary/part.ts'

/** Everything the console consists of. A topic is read by the first part that wants it. */
export function partsOf(context: ConsoleContext): Part[] {
  const look = lookAtKafka({ admin: context.broker.admin, prefix: context.prefix })
  const parts: Part[] = [
    failuresPart(context),
    replaysPart(context),
    editingPart(context),
    actionsPart(context),
    eventsPart(context),
    breakItPart(context),
    monitoringPart(context, look),
    conversationsPart(context, look),
  ]
  const audited = parts.flatMap(({ audited }) => audited ?? [])
  const all = [...parts, auditPart(context, audited)]
  return [summaryPart(context, all), ...all, erasurePart(context, all)]
}
