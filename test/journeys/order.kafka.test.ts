import { openShop } from '../support/shop.ts'
import { orderJourneys } from './orderJourneys.ts'

// The real shop: each service a process of its own, their messages in Kafka, orders and answers by HTTP.
orderJourneys(openShop)
