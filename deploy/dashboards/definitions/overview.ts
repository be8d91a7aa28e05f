import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard'
import { board } from '../grafana/board.ts'
import { customers, steps } from './overview/flow.ts'
import { glance } from './overview/glance.ts'
import { people, services, waiting } from './overview/trouble.ts'

/** For who has just been woken: is it bad, for whom, and where. */
export const overview = (): Dashboard =>
  board({
    name: 'overview',
    title: 'overview',
    description: 'Whether customers are served, whether every service keeps up, and whether somebody has to do something.',
    rows: [glance(), customers(), steps(), services(), waiting(), people()],
  })
