import { expect, test } from 'vitest'
import { readSettings } from './settings.ts'

const complete = {
  KAFKA_BROKERS: 'kafka-1:9092, kafka-2:9092',
  SCHEMA_REGISTRY_URL: 'http://registry:8081/apis/ccompat/v7',
  DATABASE_URL: 'postgres://sales:secret@db/sales',
}

test('the settings are read with defaults that are safe in production', () => {
  expect(readSettings(complete)).toEqual({
    kafka: { brokers: ['kafka-1:9092', 'kafka-2:9092'], tls: undefined, sasl: undefined },
    registry: {
      url: 'http://registry:8081/apis/ccompat/v7',
      login: undefined,
      tls: expect.objectContaining({ verify: 'full' }) as unknown,
    },
    database: {
      url: 'postgres://sales@db/sales',
      password: { variable: 'DATABASE_URL', read: expect.any(Function) as unknown },
      tls: undefined,
    },
    DATABASE_POOL: 4,
    TOPIC_PREFIX: '',
    LOG_LEVEL: 'info',
    AUDIT: 'all',
    OTEL_SDK_DISABLED: false,
    OTEL_TRACES_SAMPLER: 'parentbased_always_on',
    OTEL_TRACES_SAMPLER_ARG: 1,
    OTEL_RESOURCE_ATTRIBUTES: {},
  })
})

test('the ops port is off unless it is set', () => {
  expect(readSettings(complete).OPS_PORT).toBeUndefined()
  expect(readSettings({ ...complete, OPS_PORT: '9090' }).OPS_PORT).toBe(9090)
})

test.each(['', 'http', '-1', '65536', '80.5'])('%j is no port', (OPS_PORT) => {
  expect(() => readSettings({ ...complete, OPS_PORT })).toThrow(/OPS_PORT: /)
})

test('one error names every setting that is missing or wrong', () => {
  const wrong = {
    KAFKA_BROKERS: '',
    DATABASE_URL: 'here',
    DATABASE_POOL: '0',
    TOPIC_PREFIX: 'no spaces',
    LOG_LEVEL: 'loud',
    AUDIT: 'some',
  }
  for (const name of [
    'KAFKA_BROKERS',
    'SCHEMA_REGISTRY_URL',
    'DATABASE_URL',
    'DATABASE_POOL',
    'TOPIC_PREFIX',
    'LOG_LEVEL',
    'AUDIT',
  ])
    expect(() => readSettings(wrong)).toThrow(new RegExp(`${name}: `))
})

test('an error about a setting does not show its value, which may be a secret', () => {
  const secret = 'postgres//sales:secret@db'
  expect(() => readSettings({ ...complete, DATABASE_URL: secret })).toThrow(/DATABASE_URL/)
  expect(() => readSettings({ ...complete, DATABASE_URL: secret })).not.toThrow(/secret/)
})
