/** What went wrong, as the server states it (RFC 9457) or as the way there does. */
export class Trouble extends Error {
  constructor(text, { status = 0, errors = [], retryAfter } = {}) {
    super(text)
    this.status = status
    this.errors = errors
    this.retryAfter = retryAfter
  }

  /** Nothing is wrong with the request: the same one may succeed in a moment. */
  get isTemporary() {
    return this.status === 0 || this.status === 429 || this.status >= 500
  }
}

const answerWithinMs = 15_000

/** Protects actions from other pages: the server gives it out with the summary. */
let csrf = ''
export const keepToken = (token) => void (csrf = token)

const heard = new Set()
/** Calls back at each answer of the server with its clock's time. */
export const onAnswer = (callback) => void heard.add(callback)

/** @returns what the server answers. @throws Trouble */
export const get = (path, signal) => ask(path, { signal })

/** Does something. @throws Trouble */
export const act = (method, path, body = {}) =>
  ask(path, {
    method,
    headers: { 'content-type': 'application/json', 'x-petrel-csrf': csrf },
    body: JSON.stringify(body),
  })

async function ask(path, { signal, ...options }) {
  const timeout = AbortSignal.timeout(answerWithinMs)
  const response = await fetch(path, {
    ...options,
    headers: { accept: 'application/json', ...options.headers },
    signal: signal === undefined ? timeout : AbortSignal.any([signal, timeout]),
  }).catch((error) => {
    if (signal?.aborted) throw error
    throw new Trouble('The console does not answer.')
  })
  for (const hear of heard) hear(response.headers.get('date'))
  if (response.status === 401) signIn(await response.json().catch(() => ({})))
  if (response.ok) return response.status === 204 ? undefined : response.json()
  throw await troubleOf(response)
}

async function troubleOf(response) {
  const problem = await response.json().catch(() => ({}))
  const retryAfter = Number(response.headers.get('retry-after')) || undefined
  const text = [problem.title, problem.detail].filter(Boolean).map(asSentence).join(' ')
  return new Trouble(text || `The console answered ${response.status}.`, {
    status: response.status,
    errors: problem.errors,
    retryAfter,
  })
}

const asSentence = (text) => (/[.!?]$/.test(text) ? text : `${text}.`)

let isLeaving = false
addEventListener('pageshow', () => (isLeaving = false))

/** Somebody signs out: until the provider's page is there, what is asked here is answered to nobody, and must not lead back. */
export const leave = () => void (isLeaving = true)

/** Who is not known goes to sign in, and comes back here. */
function signIn(problem) {
  if (isLeaving) return
  location.assign(problem.signIn ?? `/auth/sign-in?to=${encodeURIComponent(location.pathname + location.search)}`)
}

/** @returns `?a=1&b=2` of what is neither empty nor undefined; empty when nothing is left */
export function queryOf(values) {
  const wanted = Object.entries(values).filter(([, value]) => value !== undefined && value !== null && value !== '')
  return wanted.length === 0 ? '' : `?${new URLSearchParams(wanted)}`
}
