import { execFile } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import { type AvroType, readSchemas } from './avro.ts'
import { contract, timestamp } from './example.ts'
import { generate, topicOf, typescriptType } from './generate.ts'

const run = promisify(execFile)
const root = join(import.meta.dirname, '../..')
const field = (name: string, type: AvroType, doc = 'It.') => ({ name, doc, type })
const line = (...fields: string[]) => ({
  type: 'record',
  name: 'Line',
  doc: 'A line.',
  fields: fields.map((name) => field(name, 'string')),
})

/** Writes what the schemas give into a folder of its own, from which the same packages are found. */
async function written(files: ReadonlyMap<string, string>) {
  const folder = await mkdtemp(join(tmpdir(), 'petrel-contracts-'))
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'))
  await writeFile(join(folder, 'package.json'), '{ "type": "module" }')
  for (const [file, text] of files) await writeFile(join(folder, file), text)
  return { folder, [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) }
}

async function typeErrors(folder: string): Promise<string> {
  const tsconfig = {
    extends: join(root, 'tsconfig.json'),
    compilerOptions: { typeRoots: [join(root, 'node_modules/@types')] },
    include: ['./*.ts'],
  }
  await writeFile(join(folder, 'tsconfig.json'), JSON.stringify(tsconfig))
  try {
    await run(join(root, 'node_modules/.bin/tsc'), ['-p', folder])
    return ''
  } catch (error) {
    return (error as { stdout?: string }).stdout || String(error)
  }
}

const example = generate([
  contract(
    [
      field('pieces', 'long', 'How many; "none" is 0, and */ ends no comment.'),
      field('note', ['null', 'string']),
      field('countedAt', timestamp),
      field('shade', { type: 'enum', name: 'Shade', doc: 'A shade.', symbols: ['RED', 'OTHER'], default: 'OTHER' }),
      field('lines', { type: 'array', items: line('sku') }),
      field('more', { type: 'array', items: 'Line' }),
      field('notes', { type: 'array', items: ['null', 'string'] }),
      field('marks', { type: 'map', values: { type: 'array', items: 'int' } }),
    ],
    { doc: 'Somebody counted.' },
  ),
  contract([field('line', line('sku'))], { name: 'CountProduct', kind: 'command' }),
  contract([field('line', line('sku', 'shelf'))], { namespace: 'sales', name: 'SaleEnded', kind: 'timeout' }),
])

describe('the generated modules', () => {
  test('compile, with the types of the schemas and no others', async () => {
    await using generated = await written(example)
    await writeFile(
      join(generated.folder, 'tsconfig.json'),
      JSON.stringify({ extends: '../../../tsconfig.json', include: ['./*.ts'] }),
    )
    await writeFile(
      join(generated.folder, 'use.ts'),
      `import { handler } from '@petrel/messaging'
       import { CountProduct, ProductCounted, type SalesLine, SaleEnded, type Shade, type StockLine } from './index.ts'
       const line: StockLine = { sku: 'tea' }
       const longer: SalesLine = { sku: 'tea', shelf: 'left' }
       const shade: Shade = 'RED'
       const counted: ProductCounted = {
         sku: 'tea', pieces: 1, note: null, countedAt: new Date(), shade, lines: [line], more: [], notes: [null, 'x'], marks: { a: [1] },
       }
       export const messages = [ProductCounted(counted), CountProduct({ sku: 'tea', line }), SaleEnded({ sku: 'tea', line: longer })]
       export const wrong = [
         // @ts-expect-error a symbol that is not there
         ProductCounted({ ...counted, shade: 'BLUE' }),
         // @ts-expect-error milliseconds for a time
         ProductCounted({ ...counted, countedAt: 5 }),
         // @ts-expect-error a key that may be missing
         CountProduct({ line }),
         // @ts-expect-error another owner's line
         SaleEnded({ sku: 'tea', line }),
       ]
       // @ts-expect-error a message is not to be changed by whoever handles it
       export const change = handler(CountProduct, (command) => { command.sku = 'coffee' })
      `,
    )
    expect(await typeErrors(generated.folder)).toBe('')
  })

  test('carry the schema as it is, and all that the bus needs', async () => {
    await using generated = await written(example)
    const index = (await import(/* @vite-ignore */ join(generated.folder, 'index.ts'))) as Record<string, object>
    const schema = contract([field('line', line('sku'))], { name: 'CountProduct', kind: 'command' }).schema
    expect({ ...index.CountProduct }).toEqual({
      kind: 'command',
      fullName: 'stock.CountProduct',
      owner: 'stock',
      topic: 'stock.count-product',
      key: 'sku',
      schema,
    })
    expect(index.SaleEnded).toHaveProperty('kind', 'timeout')
  })

  test('have the docs as comments', () => {
    const text = example.get('stock.ts') ?? ''
    expect(text).toContain('/** Somebody counted. */\nexport interface ProductCounted {')
    expect(text).toContain('  /** How many; "none" is 0, and *\\/ ends no comment. */\n  readonly pieces: number\n')
  })

  test('begin with a line that they are generated, and from what', () => {
    for (const text of example.values()) expect(text).toMatch(/^\/\/ Generated from schemas\/, do not edit/)
  })
})

test('a name that two owners use for the same thing is exported once', () => {
  const index = generate([
    contract([field('line', line('sku'))]),
    contract([field('line', { ...line('sku'), doc: 'In other words.' })], { namespace: 'sales', name: 'ProductSold' }),
  ]).get('index.ts')
  expect(index?.match(/Line/g)).toEqual(['Line'])
})

test('a name that one owner uses for two things is refused', () => {
  const schemas = [contract([field('line', line('sku'))]), contract([field('line', line('shelf'))], { name: 'ProductLost' })]
  expect(() => generate(schemas)).toThrow('stock.Line is defined differently in another schema of stock')
})

test.for([
  ['sales', 'OrderPlaced', 'sales.order-placed'],
  ['stock', 'StockReservationRejected', 'stock.stock-reservation-rejected'],
  ['billing', 'SEPAMandateSigned', 'billing.sepa-mandate-signed'],
  ['billing', 'Invoice2Sent', 'billing.invoice2-sent'],
])('%s.%s travels in topic %s', ([owner = '', message = '', topic]) => {
  expect(topicOf(owner, message)).toBe(topic)
})

test.for<[AvroType, string]>([
  ['bytes', 'Buffer'],
  [['null', 'long'], 'null | number'],
  [['null', timestamp], 'null | Date'],
  [{ type: 'string' }, 'string'],
  [{ type: 'array', items: { type: 'array', items: 'boolean' } }, 'readonly (readonly boolean[])[]'],
  ['stock.Line', 'Line'],
])('%j is %s in TypeScript', ([type, text]) => {
  expect(typescriptType(type)).toBe(text)
})

test('the committed modules are those that the schemas make', async () => {
  const files = generate(readSchemas(join(root, 'schemas')))
  const src = join(import.meta.dirname, 'src')
  expect((await readdir(src)).toSorted()).toEqual([...files.keys()].toSorted())
  for (const [file, text] of files) expect(await readFile(join(src, file), 'utf8')).toBe(text)
})
