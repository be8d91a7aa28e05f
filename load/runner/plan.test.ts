import { expect, test } from 'vitest'
import { campaigns } from '../campaigns/campaigns.ts'
import { phaseMetrics } from './phaseMetrics.ts'
import { planOf } from './plan.ts'
import { mailLoad } from '../testing/mailLoad.ts'

const customers = { url: 'http://shop.example', hasKeys: true, named: 'load1' }

test.each(Object.entries(campaigns))('%s: customers come whether the others are served or not', (_, make) => {
  const { scenarios = {} } = planOf(make(mailLoad), customers, 'http://desk.example').options
  const executors = Object.entries(scenarios).map(([name, { executor }]) => [name.replace(/-\d+$/, ''), executor])
  expect(Object.fromEntries(executors)).toEqual({
    customers: 'ramping-arrival-rate',
    bystanders: 'constant-arrival-rate',
    watcher: 'per-vu-iterations',
  })
})

test('what must hold is a threshold of k6, so that its exit code tells', () => {
  const blast = campaigns['blast']?.(mailLoad)
  if (blast === undefined) throw new Error('There is no blast.')
  expect(planOf(blast, customers, 'http://desk.example').options.thresholds).toMatchObject({
    'http_req_duration{who:customer}': ['p(95)<300'],
    'http_req_failed{who:customer}': ['rate<0.001'],
    dropped_iterations: ['count==0'],
    waiting_for_billing: ['max>1000'],
    drain_ratio: ['value<=1.2'],
    audit_missing: ['value==0'],
    audit_twice: ['value==0'],
  })
})

const ends = (threshold: string) => [{ threshold, abortOnFail: true, delayAbortEval: '30s' }]

test('a search for a limit ends with the step that does not hold, and not before the step is over', () => {
  const search = campaigns['break-point']?.(mailLoad)
  if (search === undefined) throw new Error('There is no search for the break point.')
  const { thresholds } = planOf(search, customers, 'http://desk.example').options
  expect(thresholds).toMatchObject({
    'http_req_duration{who:customer,phase:75/s}': ends('p(95)<300'),
    'http_req_failed{who:customer,phase:75/s}': ends('rate<0.001'),
    'dropped_iterations{who:customer,phase:75/s}': ends('count==0'),
    audit_missing: ['value==0'],
  })
})

test('Prometheus is told which phase it is; before the first customer it is none', () => {
  const phases = [{ name: 'blast', seconds: 10, from: 1, to: 1 }]
  const at = (second: number) => phaseMetrics({ name: 'blast', phases }, second).split('\n').slice(2, 4)
  expect(at(-1)).toEqual([
    'petrel_load_phase{campaign="blast",phase="blast"} 0',
    'petrel_load_phase{campaign="blast",phase="drain"} 0',
  ])
  expect(at(3)[0]).toBe('petrel_load_phase{campaign="blast",phase="blast"} 1')
  expect(at(12)[1]).toBe('petrel_load_phase{campaign="blast",phase="drain"} 1')
})
