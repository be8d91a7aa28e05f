/** Counts what a business wants to know of: orders billed, mails sent. A name in Prometheus' style, and what it counts. */
export interface Counter {
  readonly name: string
  readonly help: string
}

/** What an endpoint counts besides its messages. */
export const metrics = {
  /**
   * Defines a counter: `metrics.counter('shop_orders_billed_total', 'Orders whose card was charged')`. It is data: list it in the
   * endpoint's `counters`, and count with the handler's `count`.
   * @throws Error when the name does not fit
   */
  counter(name: string, help: string): Counter {
    if (!/^[a-z][a-z0-9_]*_total$/.test(name) || name.startsWith('petrel_'))
      throw new Error(
        `Counter "${name}": use lower case letters, digits and underscores, end with _total, and do not begin with petrel_.`,
      )
    return { name, help }
  },
}
