import { X509Certificate } from 'node:crypto';
import test from 'ava';
import { newAuthority } from '../../../scripts/clusters/credentials.ts';
import { credentialsEnd } from '../../../src/kube/config/credentials-end.ts';
import { staticCredentials } from '../../../src/kube/config/static-credentials.ts';
import { Failure } from '../../../src/model/failure.ts';
import { checkCredentials } from '../../../src/operate/preflight/credentials.ts';

const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
const token = (claims: object) => `${part({ alg: 'RS256' })}.${part(claims)}.c2lnbmF0dXJl`;
const bearer = (text: string) => ({ authorization: `Bearer ${text}` });

test('a JSON Web Token tells its end, an opaque token and one without exp do not', (t) => {
  t.deepEqual(credentialsEnd(bearer(token({ exp: 1_900_000_000 }))), { what: 'the token', at: 1_900_000_000_000 });
  for (const other of [token({}), token({ exp: 'soon' }), 'abcdef', 'a.b.c', 'a.!!.c']) {
    t.is(credentialsEnd(bearer(other)), undefined, other);
  }
  t.is(credentialsEnd({ authorization: 'Basic dTpw' }), undefined);
});

test('a client certificate tells its end; of both the earlier counts', async (t) => {
  const { client } = await newAuthority();
  const { cert } = await client('alice', []);
  const end = { what: 'the client certificate', at: Date.parse(new X509Certificate(cert).validTo) };
  t.deepEqual(credentialsEnd({ cert }), end);
  t.is(credentialsEnd({ cert, ...bearer(token({ exp: 1 })) })?.what, 'the token');
  t.deepEqual(credentialsEnd({ cert, ...bearer(token({ exp: 9_999_999_999 })) }), end);
  t.is(credentialsEnd({ cert: 'no certificate' }), undefined);
});

test('a token that stands in the kubeconfig ends with itself', async (t) => {
  t.is((await staticCredentials({ token: token({ exp: 5 }) }).end?.())?.at, 5_000);
});

test('credentials must be good for 10 minutes: a second less is refused with the time, and an expired one too', (t) => {
  const now = Date.parse('2026-11-21T12:00:00Z');
  const end = (seconds: number) => ({ what: 'the token', at: now + seconds * 1000 });
  t.notThrows(() => checkCredentials(undefined, now));
  t.notThrows(() => checkCredentials(end(600), now));
  const error = t.throws(() => checkCredentials(end(599), now), { instanceOf: Failure });
  t.is(
    error?.message,
    'the token expires at 2026-11-21T12:09:59Z, in 9 min: it must be good for 10 minutes; nothing was changed',
  );
  t.regex(t.throws(() => checkCredentials(end(-1), now))?.message ?? '', /in 0 min/);
});
