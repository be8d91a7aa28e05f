import {
  fromEnvironment,
  noTlsSettings,
  type Supplied,
  suppliedText,
  type TlsSettings,
  tlsSettings,
  type Variables,
} from '@petrel/messaging/connections'

/** Where the mail server is, and how it knows us. */
export interface MailServer {
  /** `smtp://host:port`, or `smtps://` for TLS from the first byte; without a user and a password. */
  readonly url: string
  readonly login: MailLogin | undefined
  readonly tls: TlsSettings
}

export interface MailLogin {
  readonly username: Supplied
  readonly password: Supplied
}

/** `SMTP_URL`, which may have a user and a password in it; or `SMTP_USERNAME` and `SMTP_PASSWORD`; and `SMTP_SSL_…`. */
export const smtpSettings = fromEnvironment((variables) => ({ smtp: readServer(variables) }))

function readServer(variables: Variables): MailServer {
  const { text, supplied, needed, wrong } = variables
  const url = text('SMTP_URL') ?? ''
  const tls = tlsSettings(variables, 'SMTP_SSL')
  if (!/^smtps?:$/.test(URL.parse(url)?.protocol ?? '')) {
    wrong('SMTP_URL', 'must be a URL: smtp://host:587, or smtps://host:465')
    return { url, login: undefined, tls }
  }
  const inUrl = mailServerAt(url)
  const isGiven = supplied('SMTP_USERNAME') !== undefined || supplied('SMTP_PASSWORD') !== undefined
  if (isGiven && inUrl.login !== undefined) wrong('SMTP_USERNAME', 'is in SMTP_URL as well')
  const login = isGiven ? { username: needed('SMTP_USERNAME'), password: needed('SMTP_PASSWORD') } : inUrl.login
  return { url: inUrl.url, login, tls }
}

/** Takes a user and a password out of a URL. */
export function mailServerAt(text: string): MailServer {
  const url = new URL(text)
  const [username = '', password = ''] = [url.username, url.password].map(decodeURIComponent)
  url.username = ''
  url.password = ''
  const login = {
    username: suppliedText('SMTP_URL', username),
    password: suppliedText('SMTP_URL', password),
  }
  return { url: url.href, login: username === '' ? undefined : login, tls: noTlsSettings('SMTP_SSL') }
}
