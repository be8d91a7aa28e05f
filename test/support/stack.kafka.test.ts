import { Client } from 'pg'
import { expect, test } from 'vitest'
import { databaseName } from '../../deploy/local/stack/databases.ts'
import { testSystem } from './stack.ts'

test('a service enters its own database, and not that of another', async () => {
  await using system = await testSystem()
  const own = new URL(await system.createDatabase('billing'))
  const foreign = new URL(await system.createDatabase('payment-gateway'))
  expect(foreign.pathname).toContain(databaseName('payment-gateway'))

  expect(await whoAmI(own.href)).toBe(own.username)

  own.pathname = foreign.pathname
  await expect(whoAmI(own.href)).rejects.toThrow(/permission denied/)
})

test('the registry answers where the tests look for it', async () => {
  await using system = await testSystem()
  const response = await fetch(`${system.addresses.registryUrl}/subjects`)
  expect(await response.json()).toBeInstanceOf(Array)
})

async function whoAmI(connectionString: string): Promise<unknown> {
  const client = new Client({ connectionString })
  try {
    await client.connect()
    return (await client.query('select current_user')).rows[0].current_user
  } finally {
    await client.end()
  }
}
