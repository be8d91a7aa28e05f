import { test } from 'vitest'
import { isWithoutPgBouncer } from '../support/pgBouncer.ts'
import { expectDoneBehindPooler } from './doneBehindPooler.ts'

test.skipIf(isWithoutPgBouncer()).for([
  { orders: 500, replicas: 3, connections: 20 },
  { orders: 100, replicas: 10, connections: 100 },
])('behind PgBouncer with $connections connections $replicas replicas of each service do $orders orders, each once', (load) =>
  expectDoneBehindPooler(load),
)
