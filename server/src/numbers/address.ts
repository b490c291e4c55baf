/** A phone number as digits with a leading +, at most 15 digits (ITU-T E.164). Made by `parseNumber` only. */
export type E164 = string & { readonly __brand: 'E164' }

/** What a recipient's phone shows as the origin of an SMS. */
export type Sender =
  | { readonly kind: 'number'; readonly value: E164 }
  | { readonly kind: 'short code'; readonly value: string } // 3–8 digits, no +
  | { readonly kind: 'alphanumeric'; readonly value: string } // 1–11 GSM characters, at least one not a digit
