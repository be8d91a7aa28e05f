/** All pages and the terminal show one time zone, UTC. @returns `2026-03-01 14:02:07.120 UTC` */
export const exactTime = (iso) => `${new Date(iso).toISOString().slice(0, 23).replace('T', ' ')} UTC`

/** @returns `14:02:07` */
export const clock = (iso) => new Date(iso).toISOString().slice(11, 19)

/** @returns `14:02:07` today, `Mar 1, 14:02` on another day */
export function clockOrDay(iso, now) {
  const date = new Date(iso)
  if (date.toISOString().slice(0, 10) === new Date(now).toISOString().slice(0, 10)) return clock(iso)
  return `${months[date.getUTCMonth()]} ${date.getUTCDate()}, ${clock(iso).slice(0, 5)}`
}
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/** @returns how long ago, roughly: `now`, `12 s ago`, `5 m ago`, `3 h ago`, `2 d ago` */
export const ago = (ms) => (ms < 2_000 ? 'now' : `${span(ms)} ago`)

/** @returns a length of time, one unit: `12 s`, `5 m`, `3 h`, `2 d` */
export function span(ms) {
  if (ms < 60_000) return `${Math.max(0, Math.floor(ms / 1000))} s`
  if (ms < 3_600_000) return `${Math.floor(ms / 60_000)} m`
  if (ms < 86_400_000) return `${Math.floor(ms / 3_600_000)} h`
  return `${Math.floor(ms / 86_400_000)} d`
}

/** @returns a length of time, two units: `12 s`, `4 m 12 s`, `3 h 5 m` */
export function longSpan(ms) {
  if (ms < 60_000) return span(ms)
  if (ms < 3_600_000) return `${span(ms)} ${Math.floor((ms % 60_000) / 1000)} s`
  if (ms < 86_400_000) return `${span(ms)} ${Math.floor((ms % 3_600_000) / 60_000)} m`
  return `${span(ms)} ${Math.floor((ms % 86_400_000) / 3_600_000)} h`
}

/** @returns how long something took: `0.4 ms`, `38 ms`, `1.20 s`, `2 m 5 s` */
export function lasting(ms) {
  if (ms === null || ms === undefined) return '–'
  if (ms < 10) return `${Number(ms.toFixed(1))} ms`
  if (ms < 1000) return `${Math.round(ms)} ms`
  if (ms < 10_000) return `${(ms / 1000).toFixed(2)} s`
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`
  return longSpan(ms)
}

/** @returns `12,408` */
export const counted = (count) => (count === null || count === undefined ? '–' : count.toLocaleString('en-GB'))

/** @returns `5 messages`, `1 message` */
export const plural = (count, one, many = `${one}s`) => `${counted(count)} ${count === 1 ? one : many}`

/** @returns how many a second: `0`, `0.4`, `12`, `1.2 k` */
export function rate(perSecond) {
  if (perSecond === null || perSecond === undefined) return '–'
  if (perSecond === 0) return '0'
  if (perSecond < 0.1) return '< 0.1'
  if (perSecond < 10) return perSecond.toFixed(1)
  if (perSecond < 1000) return String(Math.round(perSecond))
  return `${(perSecond / 1000).toFixed(1)} k`
}

/** The random end of an id: the beginning of many is the time, which they share. */
export const shortId = (id) => (id.length > 12 ? `…${id.slice(-8)}` : id)

/** `sales.PlaceOrder` → `PlaceOrder`: the owner's name is said where it matters. */
export const shortType = (type) => (type === null || type === undefined ? 'unknown type' : type.split('.').at(-1))

export const listed = (words) => new Intl.ListFormat('en-GB').format(words)

/** Where a conversation is shown. With a key also messages that nobody has handled yet are found in their topics. */
export const conversationPath = (id, key, before = '') =>
  `${before}/conversations/${encodeURIComponent(id)}${key === null || key === undefined ? '' : `?key=${encodeURIComponent(key)}`}`

/** @returns what a conversation has come to: shape and word */
export function standingOf({ failed, settled, waiting }) {
  if (failed > 0) return ['fail', `${counted(failed)} failed`]
  if (waiting.length > 0) return ['wait', `waits for ${waiting.join(', ')}`]
  return ['ok', settled > 0 ? `${counted(settled)} failed, settled` : 'nothing failed']
}

/** The states of a failure: word and shape. */
export const failureStates = {
  unresolved: ['fail', 'unresolved'],
  replayRequested: ['wait', 'replay requested'],
  resolved: ['ok', 'resolved'],
  archived: ['', 'archived'],
}

/** The states of an endpoint and its instances. */
export const endpointStates = {
  running: ['ok', 'running'],
  silent: ['fail', 'silent'],
  stopped: ['', 'stopped'],
  unknown: ['wait', 'not heard yet'],
  outside: ['', 'outside'],
}
