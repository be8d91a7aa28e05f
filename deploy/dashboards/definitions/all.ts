import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard'
import { kafka } from './kafka.ts'
import { load } from './load.ts'
import { overview } from './overview.ts'
import { postgres } from './postgres.ts'
import { subscriber } from './subscriber.ts'

/** Every dashboard by its name, which is that of its file, and of `npm run dashboards -- render <name>`. */
export const definitions: Readonly<Record<string, () => Dashboard>> = { overview, subscriber, kafka, postgres, load }
