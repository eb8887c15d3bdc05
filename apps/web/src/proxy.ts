import { getToken } from 'next-auth/jwt';
import { NextResponse, type NextRequest } from 'next/server';
import { pathTo } from './lib/path-builder.ts';

export const config = { matcher: ['/((?!_next/static|_next/image|icon.svg|favicon.ico).*)'] };

/** Every page is made for one request: its scripts carry that request's nonce, and nobody sees one without having signed in. */
export async function proxy(request: NextRequest): Promise<NextResponse> {
  const { pathname, search } = request.nextUrl;
  const isOpen = pathname === pathTo.signIn() || pathname.startsWith('/api/auth/');
  if (!isOpen && !(await getToken({ req: request }))) return NextResponse.redirect(new URL(pathTo.signIn(`${pathname}${search}`), originOf(request)));
  const nonce = Buffer.from(crypto.getRandomValues(new Uint8Array(16))).toString('base64');
  const policy = policyFor(nonce, originOf(request));
  const headers = new Headers(request.headers);
  headers.set('content-security-policy', policy); // Next.js takes the nonce for its own scripts from here
  const response = NextResponse.next({ request: { headers } });
  response.headers.set('content-security-policy', policy);
  response.headers.set('referrer-policy', 'same-origin');
  return response;
}

/** As the browser knows it. */
function originOf(request: NextRequest): string {
  const { headers } = request;
  return `${headers.get('x-forwarded-proto') ?? 'http'}://${headers.get('x-forwarded-host') ?? headers.get('host') ?? request.nextUrl.host}`;
}

/** `'self'` is no WebSocket's origin for every browser. */
function policyFor(nonce: string, origin: string): string {
  return [
    `default-src 'self'`,
    `script-src 'nonce-${nonce}' 'strict-dynamic'`,
    `style-src 'self' 'unsafe-inline'`, // components place menus and dialogs by style attributes
    `img-src 'self' data:`,
    `connect-src 'self' ${origin.replace(/^http/, 'ws')}`,
    `object-src 'none'`,
    `base-uri 'none'`,
    `form-action 'self'`,
    `frame-ancestors 'none'`,
  ].join('; ');
}
