import { Client } from 'pg'

/** @returns the address of a new database */
export async function makeDatabase(superuserUrl: string, name: string): Promise<string> {
  const client = new Client(superuserUrl)
  await client.connect()
  await client.query(`create database bench_${name}`)
  await client.end()
  const url = new URL(superuserUrl)
  url.pathname = `/bench_${name}`
  return url.href
}
