import { event, timeout } from '@petrel/messaging'

// In a service these are generated from schemas/reviews/.

interface AboutOrder {
  readonly orderId: string
}

const described = (name: string, topic: string) => ({
  fullName: `reviews.${name}`,
  owner: 'reviews',
  topic,
  key: 'orderId',
  schema: { type: 'record', namespace: 'reviews', name, fields: [{ name: 'orderId', type: 'string' }] },
})

export const ReviewDue = timeout<AboutOrder>(described('ReviewDue', 'reviews.review-due'))
export const ReviewRequested = event<AboutOrder>(described('ReviewRequested', 'reviews.review-requested'))
