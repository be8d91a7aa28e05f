import { afterEach, beforeEach, expect, test } from 'vitest'
import { Problem } from '../problem.ts'
import { type SystemState, systemState } from '../processes/systemState.ts'
import { freePorts } from '../stack/ports.ts'
import { startControlServer } from './controlServer.ts'

const services = [{ name: 'billing', isRunning: true, fault: 'the till is closed', canBreak: true }]
const lessons = [{ name: 'billing', isRunning: true, isBroken: false, failed: 2 }]
let state: SystemState
let url: string
let stop: () => Promise<void>

const done = (what: string) => async (service: string) => `${service} ${what}`
const refused = async () => {
  throw new Problem('There is no service "nobody".')
}

beforeEach(async () => {
  state = systemState()
  const [port = 0] = await freePorts(1)
  url = `http://127.0.0.1:${port}`
  const actions = {
    start: done('runs'),
    stop: done('is stopped'),
    break: async (service: string, said?: string) => `${service} throws ${said}`,
    mend: refused,
    replay: done('is replayed'),
  }
  const server = await startControlServer(url, { state, actions, services: () => services, lessons: async () => lessons })
  stop = () => server.stop()
})

afterEach(() => stop())

test('it is ready when everything runs that a person wants to run, and says what it waits for otherwise', async () => {
  expect(await ready()).toEqual({ status: 503, ready: false, waitsFor: [] })

  state.set('Kafka', 'up')
  state.set('sales', 'starting')
  expect(await ready()).toEqual({ status: 503, ready: false, waitsFor: ['sales'] })

  state.set('sales', 'up')
  state.set('loyalty', 'stopped')
  expect(await ready()).toEqual({ status: 200, ready: true, waitsFor: [] })

  state.set('Kafka', 'restarting')
  expect(await ready()).toEqual({ status: 503, ready: false, waitsFor: ['Kafka'] })
})

test('each part is listed with its state and since when', async () => {
  state.set('Kafka', 'up')
  expect(await (await fetch(`${url}/parts`)).json()).toEqual([
    { name: 'Kafka', state: 'up', since: expect.stringMatching(/^\d{4}-.*Z$/) },
  ])
})

test('what is done to a service is answered in words, and so is what cannot be done', async () => {
  expect(await post('/services/billing/stop')).toEqual({ status: 200, message: 'billing is stopped' })
  expect(await post('/services/nobody/mend')).toEqual({ status: 409, message: 'There is no service "nobody".' })
})

test('the console is shown all services, and says what a broken one throws', async () => {
  expect(await (await fetch(`${url}/services`)).json()).toEqual({ services })
  expect(await post('/services/sales/break', 'the price list is upside down')).toEqual({
    status: 200,
    message: 'sales throws the price list is upside down',
  })
  expect(await post('/services/sales/break')).toMatchObject({ message: 'sales throws undefined' })
})

test('the page is shown what it can break, and what failed there', async () => {
  expect(await (await fetch(`${url}/lessons`)).json()).toEqual({ services: lessons })
  expect(await post('/services/sales/replay')).toEqual({ status: 200, message: 'sales is replayed' })
})

test('a page of another origin can do nothing here', async () => {
  const response = await fetch(`${url}/services/billing/stop`, {
    method: 'POST',
    headers: { origin: 'http://elsewhere.example' },
  })
  expect(response.status).toBe(403)
})

async function ready() {
  const response = await fetch(`${url}/ready`)
  return { status: response.status, ...((await response.json()) as object) }
}

async function post(path: string, body: string | null = null) {
  const response = await fetch(url + path, { method: 'POST', body })
  return { status: response.status, ...((await response.json()) as object) }
}
