/** Colours that keep their meaning on every dashboard, readable on Grafana's light and dark ground. */
export const status = { ok: '#1f9d63', wait: '#d08a14', fail: '#d6453b' } as const

/** One colour for each service: what begins with its name in a legend has it. A newcomer gets one from Grafana's palette. */
export const services: Readonly<Record<string, string>> = {
  'client-ui': '#3f7fd9',
  sales: '#12a5a0',
  billing: '#e08b2c',
  stock: '#8f6ae0',
  shipping: '#4c9f4f',
  email: '#d95b9a',
  loyalty: '#a3762f',
  'payment-gateway': '#6d7f8f',
}

/** From what most messages have to what the unlucky ones have. */
export const percentiles: Readonly<Record<string, string>> = { p50: '#8fc1d4', p95: '#2b8fb3', p99: '#e08b2c' }

export const accent = '#2b8fb3'
export const quiet = '#8a99a5'
