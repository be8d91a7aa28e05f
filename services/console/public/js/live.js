import { onAnswer } from './api.js'

/** After this long without a word the page says that what it shows may be old. */
const staleMs = 12_000
const againMs = 2_000

const hints = ['summary', 'groups', 'failures', 'replay', 'endpoints', 'event']
const listeners = new Set()
const watchers = new Set()

let source
let timer
let connected = true
let heardAt = Date.now()
/** The server's clock minus this one, so that ages are right on a computer whose clock is not. */
let clockAhead = 0

/** The time now, by the server's clock. */
export const now = () => Date.now() + clockAhead

/** How fresh what is shown is. @returns `{ connected, ageMs, isStale }` */
export function freshness() {
  const ageMs = Date.now() - heardAt
  return { connected, ageMs, isStale: !connected || ageMs > staleMs }
}

/** Calls back with the name and data of each hint; `again` when the connection is there, also after it was lost. @returns what ends it */
export function onHint(callback) {
  listeners.add(callback)
  return () => listeners.delete(callback)
}

/** Calls back when the connection comes or goes. @returns what ends it */
export function onConnection(callback) {
  watchers.add(callback)
  return () => watchers.delete(callback)
}

function heard(serverTime) {
  heardAt = Date.now()
  const ahead = Date.parse(serverTime) - heardAt
  // A header's time has whole seconds: less than that is no difference.
  if (Number.isFinite(ahead)) clockAhead = Math.abs(ahead) < 1_500 ? 0 : ahead
}

function say(isConnected) {
  if (connected === isConnected) return
  connected = isConnected
  for (const watch of watchers) watch(connected)
}

function tell(name, data) {
  for (const listener of listeners) listener(name, data)
}

function connect() {
  if (document.hidden || source !== undefined) return
  source = new EventSource('/api/events')
  source.addEventListener('open', () => {
    heard()
    say(true)
    // Nobody has told what has changed since it was asked for, also before the first connection.
    tell('again')
  })
  source.addEventListener('tick', ({ data }) => heard(JSON.parse(data).now))
  for (const name of hints)
    source.addEventListener(name, ({ data }) => {
      heard()
      tell(name, JSON.parse(data))
    })
  source.addEventListener('error', () => {
    say(false)
    // After an answer that was an error a browser does not connect again by itself.
    if (source?.readyState !== EventSource.CLOSED) return
    disconnect()
    timer = setTimeout(connect, againMs)
  })
}

function disconnect() {
  clearTimeout(timer)
  source?.close()
  source = undefined
}

/** A browser has six connections to a host for all its tabs (HTTP/1.1): a tab that nobody looks at keeps none. */
const look = () => (document.hidden ? disconnect() : connect())

/** Begins to listen, and goes on after every interruption. */
export function startLive() {
  onAnswer(heard)
  connect()
  document.addEventListener('visibilitychange', look)
  addEventListener('pagehide', disconnect)
  addEventListener('pageshow', ({ persisted }) => persisted && look())
}
