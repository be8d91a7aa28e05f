/** The cards, each a process with a database of its own, in the order in which they lean on each other. */
export const cards = ['email', 'shipping', 'loyalty', 'stock', 'billing', 'sales', 'client-ui'] as const
export type CardName = (typeof cards)[number]

/** The real shop's own stand-ins for the outside world. */
export const outside = ['payment-gateway', 'mailbox'] as const

export const everybody = [...outside, ...cards] as const
export type ProcessName = (typeof everybody)[number]
