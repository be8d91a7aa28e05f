import http from 'node:http'
import https from 'node:https'
import { type TlsSettings, tlsOptions } from './tls.ts'

export interface Asked {
  readonly method: string
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string | undefined
  /** Milliseconds, for all of the answer. */
  readonly timeoutMs: number
  /** No more of the answer is read. */
  readonly maxBytes: number
}

export interface Answered {
  readonly status: number
  readonly text: string
  /** Whether it was longer than what is read of an answer. */
  readonly isCut: boolean
}

/**
 * Asks servers over HTTP, each time over a connection of its own, with what the files have by then. `fetch` cannot be given a
 * CA or a certificate.
 */
export function httpClient(tls: TlsSettings): (asked: Asked) => Promise<Answered> {
  const options = tlsOptions(tls)
  return async ({ method, url, headers, body, timeoutMs, maxBytes }) => {
    const isTls = new URL(url).protocol === 'https:'
    const request = { method, headers, signal: AbortSignal.timeout(timeoutMs), agent: false, ...(isTls && options()) } as const
    const response = await responseTo((isTls ? https : http).request(url, request), body)
    const { text, isCut } = await beginningOf(response, maxBytes)
    return { status: response.statusCode ?? 0, text, isCut }
  }
}

function responseTo(request: http.ClientRequest, body: string | undefined): Promise<http.IncomingMessage> {
  return new Promise((resolve, reject) => {
    request.on('response', resolve)
    request.on('error', reject)
    request.end(body)
  })
}

async function beginningOf(response: http.IncomingMessage, maxBytes: number): Promise<{ text: string; isCut: boolean }> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of response as AsyncIterable<Buffer>) {
    chunks.push(chunk)
    bytes += chunk.length
    if (bytes > maxBytes) break
  }
  return { text: Buffer.concat(chunks).toString(), isCut: bytes > maxBytes }
}
