"""The fraud check itself. It knows SQL, and nothing of Kafka."""

SPEND = """
    insert into spending (customer_id, currency, day, cents)
    values (%(customerId)s, %(currency)s, (%(billedAt)s at time zone 'utc')::date, %(amountCents)s)
    on conflict (customer_id, currency, day) do update set cents = spending.cents + excluded.cents
    returning cents
"""
KEEP = "insert into verdicts (order_id, customer_id, verdict, spent_cents) values (%s, %s, %s, %s)"


class UnknownCurrency(Exception):
    pass


def judge(order, limits, transaction):
    """An order is suspicious when its customer has spent more than the limit on that day, this order included."""
    currency = order["currency"]
    if currency not in limits:
        raise UnknownCurrency(f"There is no limit for {currency}: add it to FRAUD_LIMITS_CENTS, restart, and replay.")
    (spent,) = transaction.execute(SPEND, order).fetchone()
    verdict = "suspicious" if spent > limits[currency] else "fine"
    transaction.execute(KEEP, (order["orderId"], order["customerId"], verdict, spent))
