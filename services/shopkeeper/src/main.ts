import { run } from '@petrel/messaging'
import { shopkeeper } from './endpoint.ts'
import { fillShelves } from './fillShelves.ts'

const keeper = await run(shopkeeper, process.env)
try {
  await fillShelves(keeper)
  keeper.log.info({ event: 'done' }, 'the shelves are filled')
} catch (error) {
  keeper.log.error({ err: error }, 'the shelves are not filled; run it again: what was sent before is not handled twice')
  process.exitCode = 1
} finally {
  await keeper.stop()
}
