import { respond, stopOnSignal } from '../http/serve.ts'
import { card } from '../settings.ts'
import { awardPoints } from './awardPoints.ts'

const { database, serving } = card('loyalty', process.env)
stopOnSignal(await respond({ '/points': awardPoints(database) }, serving), () => database.end())
