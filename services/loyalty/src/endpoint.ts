import { PointsAwarded, PointsRevoked } from '@petrel/contracts'
import { endpoint } from '@petrel/messaging'
import { awardPoints } from './awardPoints.ts'
import { revokePoints } from './revokePoints.ts'

export const loyalty = endpoint({
  name: 'loyalty',
  handlers: [awardPoints, revokePoints],
  produces: [PointsAwarded, PointsRevoked],
})
