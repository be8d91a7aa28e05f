import { describe } from 'vitest'
import { administration } from './conformance/administration.ts'
import { committing } from './conformance/committing.ts'
import { fixture, type Opened } from './conformance/fixture.ts'
import { goingOn } from './conformance/goingOn.ts'
import { groupOfTwo } from './conformance/groups.ts'
import { headers } from './conformance/headers.ts'
import { pausing } from './conformance/pausing.ts'
import { publishing } from './conformance/publishing.ts'
import { subscribing } from './conformance/subscribing.ts'
import { transactions } from './conformance/transactions.ts'

/**
 * What every adapter of the port must do. `open` connects to a broker that nobody else uses. What takes a broker that goes
 * away is in `outage.kafka.test.ts`.
 */
export function brokerConformance(name: string, open: () => Promise<Opened>): void {
  describe(name, () => {
    const at = fixture(open)
    publishing(at)
    headers(at)
    subscribing(at)
    pausing(at)
    committing(at)
    transactions(at)
    groupOfTwo(at)
    goingOn(at)
    administration(at)
  })
}
