import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import type { Shop } from '../support/shop.ts'
import { chartFolder } from './helm.ts'

/** The script of `helm test`, against a shop that is open. At the end its page is stopped. */
export function placeOrderScript(theShop: () => Shop): void {
  describe('the script that helm test runs', () => {
    let shop: Shop
    beforeAll(() => void (shop = theShop()))

    test('is content with a shop in which an order has all its effects', async () => {
      const { code, output } = await placeOrder(shop, 60)
      expect(output).toContain('ok: it was charged exactly once')
      expect(output).toContain('Everything that follows an order has happened.')
      expect(code).toBe(0)
    })

    test('fails where cards are declined, and says what is missing', async () => {
      await shop.gatewayBehaves({ declineRate: 1 })
      const { code, output } = await placeOrder(shop, 5)
      await shop.gatewayBehaves({ declineRate: 0 })
      expect(output).toMatch(/failed: order \S+ has all its effects\. missing: .*OrderBilled/)
      expect(code).toBe(1)
    })

    test('fails where nobody answers, and names the address', async () => {
      await shop.stop('client-ui')
      const { code, output } = await placeOrder(shop, 1)
      expect(output).toContain(`http://127.0.0.1:${shop.system.ports.clientUi}/api/catalogue does not answer`)
      expect(code).toBe(1)
    })
  })
}

function placeOrder({ system: { ports } }: Shop, patienceSeconds: number): Promise<{ code: number; output: string }> {
  const env = {
    ...process.env,
    CLIENT_UI_URL: at(ports.clientUi),
    PAYMENT_GATEWAY_URL: at(ports.paymentGateway),
    LOYALTY_URL: at(ports.loyalty),
    MAILBOX_URL: at(ports.mailbox),
    PATIENCE_SECONDS: String(patienceSeconds),
  }
  const script = join(chartFolder('shop'), 'files', 'placeOrder.mjs')
  return new Promise((resolve) => {
    execFile(process.execPath, [script], { env }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), output: stdout + stderr })
    })
  })
}

const at = (port: number) => `http://127.0.0.1:${port}`
