/** How long an order may take: a second less than a browser waits, so that its customer has an answer. */
export const customerMs = 9_000

/** How long the payment gateway may take for one answer: a second and a third attempt still fit. */
export const gatewayAttemptMs = 3_000

/** How long a neighbour that only writes a row may take for one answer. */
export const neighbourAttemptMs = 2_000

/** Points and a mail are no reason to keep a customer waiting whose parcel is on its way. */
export const courtesyMs = 3_000

/** How long an order that failed is undone, after its customer was told. */
export const undoMs = 60_000
