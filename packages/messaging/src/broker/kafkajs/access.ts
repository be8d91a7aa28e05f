import { connect as connectPlain, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import type { Mechanism } from 'kafkajs'
import { door } from '../../connections/door.ts'
import type { KafkaConnection } from '../../connections/kafkaSettings.ts'
import { type TlsSettings, tlsOptions } from '../../connections/tls.ts'
import { tlsRefusal } from '../../connections/tlsRefusal.ts'
import type { Log } from '../../log.ts'
import { authentication } from './authentication.ts'
import { brokerErrorCode } from './errors.ts'
import { hangUps } from './hangUps.ts'
import { type Refusals, refusals } from './refusals.ts'

/** How the connections of a process get to the brokers, and past their door. */
export interface Access {
  /** Opens a socket. @throws NotLetIn while it is too soon for another try */
  open(place: { readonly host: string; readonly port: number }, onConnect: () => void): Socket
  readonly sasl: Mechanism | undefined
  /** An error of kafkajs, or the refusal behind it. */
  reasonOf(error: unknown): unknown
  /** What the brokers do not allow us. */
  readonly refusals: Refusals
}

export function accessTo({ tls, sasl }: Omit<KafkaConnection, 'brokers'>, log: Log): Access {
  const ours = door({ server: 'Kafka', credentials: shown(tls, sasl), log })
  const connect = tls === undefined ? connectPlain : withTls(tls)
  const watchHangUps = hangUps(tls !== undefined, (place, why) => void ours.refused(place, why))
  return {
    open({ host, port }, onConnect) {
      const place = `${host}:${port}`
      ours.knock(place)
      const socket = connect({ host, port }, onConnect)
      watchHangUps(place, socket)
      if (tls === undefined) return socket
      socket.once('error', (error) => {
        const why = tlsRefusal(error, tls)
        if (why !== undefined) ours.refused(place, why)
      })
      // With TLS 1.3 a client's certificate is refused after the connection is open. With a login, that one decides.
      if (sasl === undefined) socket.once('data', () => ours.opened(place))
      return socket
    },
    sasl: sasl === undefined ? undefined : authentication(sasl, ours),
    refusals: refusals(() => userOf(sasl), log),
    reasonOf(error) {
      // Later it may mean that a login was repeated too soon.
      const why = ours.hasOpened() ? undefined : wrongMechanism(error, sasl)
      return why === undefined ? ours.reasonOf(error) : ours.refused(anywhere, why, error)
    },
  }
}

/** Behind a certificate or a token only the brokers know it. */
const userOf = (sasl: KafkaConnection['sasl']) => (sasl !== undefined && 'username' in sasl ? sasl.username.read() : undefined)

/** Which of the brokers it was, kafkajs does not say. */
const anywhere = ''

/** What a broker says before there is a login. */
function wrongMechanism(error: unknown, sasl: KafkaConnection['sasl']): string | undefined {
  const code = brokerErrorCode(error)
  if (code === 'UNSUPPORTED_SASL_MECHANISM') return `it does not offer ${sasl?.mechanism}. Check KAFKA_SASL_MECHANISM.`
  if (code === 'ILLEGAL_SASL_STATE')
    return 'it expects no login there. Check KAFKA_SECURITY_PROTOCOL and the port in KAFKA_BROKERS.'
  return undefined
}

function withTls(tls: TlsSettings) {
  const options = tlsOptions(tls)
  return ({ host, port }: { readonly host: string; readonly port: number }, onConnect: () => void): Socket =>
    connectTls({ host, port, ...(!isAddress(host) && { servername: host }), ...options() }, onConnect)
}

/** https://www.rfc-editor.org/rfc/rfc6066#section-3: an address is no server name. */
const isAddress = (host: string) => /^[\d.]+$|:/.test(host)

const shown = (tls: KafkaConnection['tls'], sasl: KafkaConnection['sasl']) => [
  tls?.ca,
  tls?.cert,
  tls?.key,
  tls?.keyPassword,
  ...(sasl === undefined ? [] : 'username' in sasl ? [sasl.username, sasl.password] : credentialsOf(sasl)),
]

function credentialsOf({ token }: Extract<NonNullable<KafkaConnection['sasl']>, { token: unknown }>) {
  return 'given' in token ? [token.given] : [token.clientId, token.clientSecret, token.tls.ca]
}
