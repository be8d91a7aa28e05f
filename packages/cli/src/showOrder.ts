import { type Failure, journey, listFailures } from '@petrel/messaging/operations'
import { loadServices } from './services.ts'
import type { Setting } from './setting.ts'
import { timeline } from './timeline.ts'

/** `petrel order`: everything that happened to one order. @returns whether there is anything */
export async function showOrder(setting: Setting, id: string, { json }: { readonly json?: true }): Promise<boolean> {
  const { root, addresses, broker, out } = setting
  const infrastructure = { admin: broker.admin, prefix: addresses.prefix }
  const services = await loadServices(root)
  const steps = await journey(
    id,
    services.map(({ endpoint }) => endpoint),
    infrastructure,
  )
  if (json) out.json(steps)
  else if (steps.length === 0) out.line(`No record has the key ${id}.`)
  else {
    for (const text of timeline(steps, out)) out.line(text)
    const dead = steps.some(({ kind }) => kind === 'dead-letter')
    if (dead) for (const text of waiting((await listFailures(infrastructure)).filter(({ key }) => key === id))) out.line(text)
  }
  return steps.length > 0
}

const waiting = (failures: readonly Failure[]): string[] =>
  failures.map(({ endpoint, id, type = 'A message' }) => `${type} waits for you: petrel replay ${endpoint} --id ${id}`)
