import { test } from 'vitest'
import { isWithoutPgBouncer } from '../support/pgBouncer.ts'
import { expectDoneBehindPooler } from './doneBehindPooler.ts'

test.skipIf(isWithoutPgBouncer())(
  'behind PgBouncer with 20 connections three replicas of each service do 500 orders, each once',
  () => expectDoneBehindPooler(500),
)
