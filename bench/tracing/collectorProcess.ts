// A collector in a process of its own, so that what it takes is not counted. It says its address, and on each message what it has counted.
import { countingCollector } from './countingCollector.ts'

const collector = await countingCollector()
process.on('message', () => process.send?.(collector.counted()))
process.on('disconnect', () => process.exit())
process.send?.(collector.url)
