const API = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

/** Swagger UI brings its own scripts; its page has inline styles and data: icons. It may talk to this origin only. */
const DOCS =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; " +
  "connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

/** Headers of every answer. There is no CORS: browsers of other origins have no business here. */
export function securityHeaders(url: string): Record<string, string> {
  return {
    'content-security-policy': url.startsWith('/api/docs') ? DOCS : API,
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'referrer-policy': 'no-referrer',
    'cache-control': 'no-store',
  };
}
