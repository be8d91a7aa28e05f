import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { expect, test } from 'vitest'
import { assertPortsFree, freePorts } from './ports.ts'

test('a port that another program holds is named, with the variable that moves ours', async () => {
  const other = createServer().listen(0, '127.0.0.1')
  await once(other, 'listening')
  const { port } = other.address() as AddressInfo
  const [free = 0] = await freePorts(1)
  try {
    const asked = assertPortsFree([
      { port: free, what: 'Kafka', variable: 'KAFKA_PORT' },
      { port, what: 'PostgreSQL', variable: 'POSTGRES_PORT' },
    ])
    await expect(asked).rejects.toThrow(new RegExp(`^Port ${port} \\(PostgreSQL\\) is in use.*POSTGRES_PORT=\\d+$`))
  } finally {
    other.close()
  }
})

test('free ports are fine, and different from each other', async () => {
  const ports = await freePorts(4)
  expect(new Set(ports).size).toBe(4)
  await expect(assertPortsFree(ports.map((port) => ({ port, what: 'x', variable: 'X' })))).resolves.toBeUndefined()
})
