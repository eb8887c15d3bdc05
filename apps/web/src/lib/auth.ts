import { readEnvironment } from '@nephos/config/environment';
import { loginDto, meDto } from '@nephos/contracts/user.schema';
import type { NextAuthOptions } from 'next-auth';
import CredentialsProvider from 'next-auth/providers/credentials';
import { cookies, headers } from 'next/headers';
import { z } from 'zod';

declare module 'next-auth' {
  interface Session {
    userId: string;
  }
  interface User {
    apiToken: string;
  }
}
declare module 'next-auth/jwt' {
  interface JWT {
    /** Of the API's own session, which is what counts: it is looked up at every call. */
    apiToken?: string;
  }
}

/** As long as a session of the API. */
const SESSION_SECONDS = 12 * 60 * 60;
/** What the API reads from a browser (apps/api/src/http/caller.ts). */
const SESSION_COOKIE = 'nephos_session';
/** The API's note of who asks, which it wants back. */
const CLIENT_HEADER = 'x-nephos-client';

export const authOptions: NextAuthOptions = {
  session: { strategy: 'jwt', maxAge: SESSION_SECONDS },
  pages: { signIn: '/sign-in' },
  providers: [
    CredentialsProvider({
      credentials: { name: {}, password: {} },
      async authorize(credentials) {
        const { token } = await call(loginDto, 'auth.login', { body: { name: credentials?.name ?? '', password: credentials?.password ?? '' } });
        const me = await call(meDto, 'auth.me', { token });
        const isSecure = (await headers()).get('x-forwarded-proto') === 'https';
        (await cookies()).set(SESSION_COOKIE, token, { httpOnly: true, sameSite: 'strict', secure: isSecure, path: '/', maxAge: SESSION_SECONDS });
        return { id: me.userId, name: me.displayName || me.name, apiToken: token };
      },
    }),
  ],
  callbacks: {
    jwt: ({ token, user }) => (user ? { sub: token.sub ?? '', name: user.name ?? '', apiToken: user.apiToken } : token),
    session: ({ session, token }) => ({ expires: session.expires, userId: token.sub ?? '', user: { name: token.name ?? '' } }),
  },
  events: {
    async signOut({ token }) {
      (await cookies()).delete(SESSION_COOKIE);
      if (token?.apiToken) await call(z.object({}), 'auth.logout', { token: token.apiToken, body: {} }).catch(() => undefined); // it may have ended before
    },
  },
};

const success = z.object({ result: z.object({ data: z.unknown() }) });
const failure = z.object({ error: z.object({ message: z.string() }) });

/** One call of the API, for this person. Throws with the API's own words. */
async function call<S extends z.ZodType>(output: S, procedure: string, { token, body }: { token?: string; body?: object }): Promise<z.output<S>> {
  const { NEPHOS_API_URL } = readEnvironment({ NEPHOS_API_URL: z.url() });
  const given = await headers();
  const client = given.get(CLIENT_HEADER);
  const response = await fetch(new URL(`/api/v1/${procedure}`, NEPHOS_API_URL), {
    method: body ? 'POST' : 'GET',
    headers: {
      'content-type': 'application/json',
      ...(token && { authorization: `Bearer ${token}` }),
      ...(client && { [CLIENT_HEADER]: client }),
      'user-agent': given.get('user-agent') ?? '', // the session is listed under it
    },
    ...(body && { body: JSON.stringify(body) }),
    cache: 'no-store',
  });
  const answer: unknown = await response.json();
  if (!response.ok) throw new Error(failure.safeParse(answer).data?.error.message ?? `The API answered ${response.status}.`);
  return output.parse(success.parse(answer).result.data);
}
