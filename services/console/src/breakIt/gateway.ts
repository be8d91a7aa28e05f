import { requestTo } from '@petrel/messaging/connections'
import { Behaviour, Problem } from '@petrel/pages'

const longestMs = 5_000

/** The stand-in for somebody else's payment gateway. */
export function gateway(address: string) {
  const { url, headers } = requestTo(address)
  const at = new URL('/behaviour', url)
  return {
    /** @returns null when it does not answer */
    async behaviour(): Promise<Behaviour | null> {
      const response = await fetch(at, { headers, signal: AbortSignal.timeout(longestMs) }).catch(() => undefined)
      return response?.ok === true ? Behaviour.parse(await response.json()) : null
    },
    /** @throws Problem 503 when it does not answer */
    async behave(behaviour: Behaviour): Promise<Behaviour> {
      const json = { ...headers, 'content-type': 'application/json' }
      const request = { method: 'PUT', headers: json, body: JSON.stringify(behaviour) }
      const response = await fetch(at, { ...request, signal: AbortSignal.timeout(longestMs) }).catch(away)
      if (!response.ok) throw away(new Error(`${at.href} answered ${response.status}: ${await response.text()}`))
      return Behaviour.parse(await response.json())
    },
  }
}

function away(cause: unknown): never {
  const detail = 'The payment gateway does not answer, and goes on as it was. Start it if it is stopped, and ask again.'
  throw new Problem({ status: 503, title: 'The gateway cannot be changed now', detail, retryAfter: 2 }, { cause })
}
