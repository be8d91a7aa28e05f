/** `fraud-check` → `fraudCheck`. */
export const camelCase = (name: string): string => name.replaceAll(/-([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())

/** `orderId` → `order_id`. */
export const snakeCase = (name: string): string => wordsOf(name).join('_')

/** `OrderBilled` → `order`, `billed`. */
export const wordsOf = (name: string): string[] =>
  name
    .split(/(?=[A-Z])|[-_]/)
    .filter((word) => word !== '')
    .map((word) => word.toLowerCase())

/** What services are named after that is also what they do. */
const verbs = new Set(
  (
    'archive audit check collect count export forward index log mirror notify print rank rate report review score ' +
    'sync test track watch'
  ).split(' '),
)

/** What a service does with a message, from its own name: `fraud-check` checks. */
const verbOf = (service: string): string => wordsOf(service).findLast((word) => verbs.has(word)) ?? 'record'

/** The handler and its file: `checkOrderBilled` of `fraud-check`, `recordOrderBilled` of a service whose name is no verb. */
export const handlerName = (service: string, message: string): string => verbOf(service) + message
