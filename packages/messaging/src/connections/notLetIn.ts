/**
 * A server is there, and does not let us in or is not whom we trust: wrong credentials, a certificate that has expired. Only a
 * person can mend it. It is the cause of a BrokerUnavailable, a RegistryUnavailable or a StoreUnavailable: no message is at fault.
 */
export class NotLetIn extends Error {
  override readonly name: string = 'NotLetIn'
}

/** It has let us in, and does not allow what we want to do there: an ACL is missing. */
export class NotAllowed extends NotLetIn {
  override readonly name: string = 'NotAllowed'
}

/** The reason why we are not let in, wherever it is among the causes of an error. */
export function notLetIn(error: unknown): NotLetIn | undefined {
  for (let at = error; at instanceof Error; at = at.cause) if (at instanceof NotLetIn) return at
  return undefined
}
