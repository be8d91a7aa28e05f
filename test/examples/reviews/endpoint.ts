import { endpoint } from '@petrel/messaging'
import { ReviewDue, ReviewRequested } from './messages.ts'
import { reviewPolicy } from './reviewPolicy.ts'

export const reviews = endpoint({ name: 'reviews', sagas: [reviewPolicy], produces: [ReviewDue, ReviewRequested] })
