// A real OpenID provider for the tests: everything that a test decides about it stands in its configuration file.
//
//   node server.js configuration.json
//
// It writes READY when it listens, and reads the file again on SIGHUP (that is how keys are rotated); what it has
// issued stays. The sign-in pages are the library's own: any login, any passphrase. All people are synthetic.
// Shape of the file: {issuer, port, keys: [JWK, private], junk: [anything], clients: [...], methods: [...],
//   resources: {uri: {audience, seconds, algorithm}}, claims: {login or client id: {claim: value}}}.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';

import { Provider, errors } from 'oidc-provider';

const path = process.argv[2];
const read = () => JSON.parse(readFileSync(path, 'utf8'));

function open(configuration) {
  const claimsOf = (name) => configuration.claims[name] ?? {};
  const provider = new Provider(configuration.issuer, {
    jwks: { keys: configuration.keys },
    clients: configuration.clients,
    clientAuthMethods: configuration.methods,
    cookies: { keys: ['only-in-tests'] },
    claims: { openid: ['sub'], profile: ['preferred_username', 'name'], groups: ['groups', 'realm_access'] },
    scopes: ['openid'],
    enabledJWA: {
      idTokenSigningAlgValues: ['RS256', 'PS256', 'ES256', 'EdDSA'],
    },
    pkce: { required: () => true },
    findAccount: (_context, sub) => ({ accountId: sub, claims: () => ({ sub, ...claimsOf(sub) }) }),
    // Machines have no account: what a person would have as claims stands in their token.
    extraTokenClaims: (_context, token) => claimsOf(token.accountId ?? token.clientId),
    features: {
      clientCredentials: { enabled: true },
      devInteractions: { enabled: true },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo(_context, resource) {
          const known = configuration.resources[resource];
          if (known === undefined) throw new errors.InvalidTarget();
          return {
            scope: 'register',
            audience: known.audience,
            accessTokenTTL: known.seconds,
            accessTokenFormat: 'jwt',
            jwt: { sign: { alg: known.algorithm } },
          };
        },
      },
    },
  });
  provider.use(async (context, next) => {
    await next();
    if (context.oidc?.route === 'jwks' && context.body?.keys) {
      context.body = { keys: [...(configuration.junk ?? []), ...context.body.keys] };
    }
  });
  return provider.callback();
}

let answer = open(read());
process.on('SIGHUP', () => { answer = open(read()); });

const server = createServer((request, response) => answer(request, response));
server.listen(read().port, '127.0.0.1', () => console.log('READY'));
