import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard'
import { board } from '../grafana/board.ts'
import { endpointVariable } from '../grafana/variables.ts'
import { failures } from './subscriber/failures.ts'
import { figures, keepsUp } from './subscriber/keepsUp.ts'
import { group, process, store } from './subscriber/machinery.ts'
import { times, waiting } from './subscriber/times.ts'

/**
 * One service that handles messages, whichever: a dashboard for each would be generated and installed anew for each newcomer,
 * and would look the same.
 */
export const subscriber = (): Dashboard =>
  board({
    name: 'subscriber',
    title: 'one subscriber',
    description: 'Whether a service keeps up with its messages, what holds it up, what fails in it, and how its process is.',
    variables: [endpointVariable()],
    rows: [figures(), keepsUp(), waiting(), times(), failures(), group(), store(), process()],
  })
