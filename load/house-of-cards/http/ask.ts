import http, { type Agent } from 'node:http'
import { text } from 'node:stream/consumers'
import { notDoneHeader, triedHeader } from './refused.ts'

export interface Answer {
  readonly status: number
  readonly body: unknown
}

/** No answer, or one that may be another a moment later. */
export interface NoAnswer {
  readonly reason: string
  /** 503 for no connection, 504 for no answer in time, otherwise as it was answered. */
  readonly status: number
  readonly isNotDone: boolean
  readonly isTried: boolean
  readonly retryAfterMs: number
}

interface Question {
  readonly body: string
  readonly headers: http.OutgoingHttpHeaders
  readonly agent: Agent
  readonly timeoutMs: number
}

/** Asks once, over a connection that stays open. */
export async function ask(url: URL, { body, headers, agent, timeoutMs }: Question): Promise<Answer | NoAnswer> {
  const signal = AbortSignal.timeout(Math.max(1, Math.floor(timeoutMs)))
  const json = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }
  try {
    const response = await new Promise<http.IncomingMessage>((resolve, reject) => {
      const request = http.request(url, { method: 'POST', agent, headers: { ...json, ...headers }, signal }, resolve)
      request.on('error', reject)
      request.end(body)
    })
    return read(url, response.statusCode ?? 0, response.headers, await text(response))
  } catch (error) {
    return unanswered(url, error as NodeJS.ErrnoException)
  }
}

/** Numbers from 500 on, and "too many requests": the same request may have another answer later. */
function read(url: URL, status: number, headers: http.IncomingHttpHeaders, body: string): Answer | NoAnswer {
  if (status < 500 && status !== 429) return { status, body: JSON.parse(body) as unknown }
  return {
    reason: `${url.href} answered ${status}: ${body.slice(0, 300)}`,
    status,
    isNotDone: status === 429 || headers[notDoneHeader] === 'yes',
    isTried: headers[triedHeader] === 'yes',
    retryAfterMs: Number(headers['retry-after'] ?? 0) * 1_000 || 0,
  }
}

function unanswered(url: URL, { name, code, message }: NodeJS.ErrnoException): NoAnswer {
  const isTooLate = name === 'TimeoutError' || name === 'AbortError'
  return {
    reason: `no answer from ${url.href}: ${isTooLate ? 'not in time' : message || code}`,
    status: isTooLate ? 504 : 503,
    // Who cannot be reached has done nothing; after that nobody can tell.
    isNotDone: code === 'ECONNREFUSED',
    isTried: false,
    retryAfterMs: 0,
  }
}
