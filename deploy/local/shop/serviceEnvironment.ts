/** Where the services listen that have somebody to listen to. */
export interface ServicePorts {
  readonly clientUi: number
  readonly paymentGateway: number
  readonly loyalty: number
  readonly console: number
  readonly mailbox: number
  readonly smtp: number
}

export interface ServiceAddresses {
  readonly kafkaBrokers: string
  readonly registryUrl: string
  /** Of the service's own database, if it has one. */
  readonly databaseUrl?: string | undefined
  readonly prefix?: string
  readonly ports: ServicePorts
  /** While this file exists, the service's handlers throw its content. */
  readonly faultFile: string
  /** Where the mailbox keeps the mails, if it is a service there. */
  readonly mailsFolder?: string
  /** Where the service answers `/metrics`, when it is observed. */
  readonly opsPort?: number | undefined
  /** Of the local system, where there is one. */
  readonly controlUrl?: string
}

/** The variables that services read, the same set for each of them: a service takes what it knows. */
export function serviceEnvironment(addresses: ServiceAddresses): Record<string, string> {
  const { kafkaBrokers, registryUrl, databaseUrl, prefix = '', ports, faultFile, mailsFolder, opsPort, controlUrl } = addresses
  return {
    KAFKA_BROKERS: kafkaBrokers,
    SCHEMA_REGISTRY_URL: registryUrl,
    TOPIC_PREFIX: prefix,
    FAULT_FILE: faultFile,
    ...(databaseUrl !== undefined && { DATABASE_URL: databaseUrl }),
    ...(mailsFolder !== undefined && { MAILBOX_DATA: mailsFolder }),
    ...(opsPort !== undefined && { OPS_PORT: String(opsPort) }),
    ...(controlUrl !== undefined && { LOCAL_CONTROL_URL: controlUrl }),
    CLIENT_UI_PORT: String(ports.clientUi),
    PAYMENT_GATEWAY_PORT: String(ports.paymentGateway),
    PAYMENT_GATEWAY_URL: address(ports.paymentGateway),
    LOYALTY_PORT: String(ports.loyalty),
    CONSOLE_PORT: String(ports.console),
    CONSOLE_URL: address(ports.console),
    MAILBOX_PORT: String(ports.mailbox),
    MAILBOX_URL: address(ports.mailbox),
    SMTP_PORT: String(ports.smtp),
    SMTP_URL: `smtp://127.0.0.1:${ports.smtp}`,
  }
}

const address = (port: number) => `http://127.0.0.1:${port}`
