import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Validator } from '@seriousme/openapi-schema-validator'
import { expect, test } from 'vitest'
import { parse } from 'yaml'

const read = () => readFile(join(import.meta.dirname, '../../openapi.yaml'), 'utf8')

interface Operation {
  readonly operationId: string
  readonly tags: readonly string[]
  readonly responses: Readonly<Record<string, unknown>>
}

test('openapi.yaml is a valid OpenAPI 3.1 document', async () => {
  const { valid, errors } = await new Validator().validate(parse(await read()))
  expect(errors).toBeUndefined()
  expect(valid).toBe(true)
})

test('every operation has a name of its own, a tag that is explained, and says what goes wrong', async () => {
  const document = parse(await read()) as {
    tags: { name: string }[]
    paths: Record<string, Record<string, Operation>>
  }
  const operations = Object.values(document.paths).flatMap((path) => Object.values(path))
  const names = operations.map(({ operationId }) => operationId)
  expect(new Set(names).size).toBe(names.length)
  const explained = document.tags.map(({ name }) => name)
  for (const { operationId, tags, responses } of operations) {
    expect(explained, operationId).toEqual(expect.arrayContaining([...tags]))
    expect(Object.keys(responses), operationId).toEqual(expect.arrayContaining(['400', '503']))
  }
})
