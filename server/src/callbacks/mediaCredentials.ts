/** What an account's own media store asks of whoever fetches from it. */
export type MediaCredentials =
  | { readonly kind: 'basic'; readonly username: string; readonly password: string }
  | { readonly kind: 'oauth2'; readonly clientId: string; readonly clientSecret: string; readonly url: string }

/** The same as they are shown: what is secret never is. */
export type ShownMediaCredentials =
  | { readonly kind: 'basic'; readonly username: string }
  | { readonly kind: 'oauth2'; readonly clientId: string; readonly url: string }
