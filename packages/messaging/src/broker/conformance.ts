import { describe } from 'vitest'
import { administration } from './conformance/administration.ts'
import { committing } from './conformance/committing.ts'
import { fixture } from './conformance/fixture.ts'
import { groupOfTwo } from './conformance/groups.ts'
import { pausing } from './conformance/pausing.ts'
import { publishing } from './conformance/publishing.ts'
import { subscribing } from './conformance/subscribing.ts'
import type { Broker } from './port.ts'

/**
 * What every adapter of the port must do. `open` gives a connection of its own to an otherwise quiet broker. What only a
 * broker that can go away shows is in `outage.kafka.test.ts`.
 */
export function brokerConformance(name: string, open: () => Promise<Broker>): void {
  describe(name, () => {
    const at = fixture(open)
    publishing(at)
    subscribing(at)
    pausing(at)
    committing(at)
    groupOfTwo(at)
    administration(at)
  })
}
