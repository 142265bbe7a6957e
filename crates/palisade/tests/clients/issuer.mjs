// A real OpenID Connect issuer (oidc-provider) on this machine, for trying and for the tests:
//
//     node issuer.mjs [PORT]
//
// Beside the endpoints of oidc-provider, GET /try/asked tells how often each path was asked for,
// POST /try/rotate puts a new key before the ones that are there, and POST /try/replace puts it in
// their place.

import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { createServer } from 'node:http';

const tools = new URL('../../../../target/tools/node_modules/', import.meta.url);
const { default: Provider } = await import(new URL('oidc-provider/lib/index.js', tools));

const AUDIENCE = 'https://orders.example.com';
const RESOURCES = {
  [AUDIENCE]: {},
  [`${AUDIENCE}/opaque`]: { accessTokenFormat: 'opaque' },
  [`${AUDIENCE}/brief`]: { accessTokenTTL: 2 },
  'https://bills.example.com': { audience: 'https://bills.example.com' },
};

const client = (id, secret) => ({
  client_id: id,
  client_secret: secret,
  grant_types: ['client_credentials'],
  redirect_uris: [],
  response_types: [],
  scope: 'orders:read',
});

function key() {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return { ...privateKey.export({ format: 'jwk' }), kid: randomUUID(), alg: 'RS256', use: 'sig' };
}

const server = createServer();
await new Promise((ready) => server.listen(Number(process.argv[2] ?? 3000), '127.0.0.1', ready));
const issuer = `http://127.0.0.1:${server.address().port}`;

function callback(keys) {
  const provider = new Provider(issuer, {
    clients: [
      client('shop', 'shop-secret'),
      // With what has to be encoded before it goes into an Authorization field (RFC 6749, 2.3.1).
      client('palisade', 'a+b c:d%41/='),
    ],
    features: {
      clientCredentials: { enabled: true },
      devInteractions: { enabled: false },
      introspection: { enabled: true, allowedPolicy: (_, asking) => asking.clientId === 'palisade' },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: (_, resource) => ({
          accessTokenFormat: 'jwt',
          audience: AUDIENCE,
          scope: 'orders:read',
          ...RESOURCES[resource],
        }),
      },
      revocation: { enabled: true },
    },
    jwks: { keys },
    scopes: ['orders:read'],
  });
  return provider.callback();
}

let keys = [key()];
let serve = callback(keys);
const asked = {};
server.on('request', (request, response) => {
  const path = request.url.split('?')[0];
  switch (`${request.method} ${path}`) {
    case 'GET /try/asked':
      return response.end(JSON.stringify(asked));
    case 'POST /try/rotate':
    case 'POST /try/replace':
      keys = [key(), ...(path === '/try/rotate' ? keys : [])];
      serve = callback(keys);
      return response.end('{}');
    default:
      asked[path] = (asked[path] ?? 0) + 1;
      return serve(request, response);
  }
});
console.log(`issuer at ${issuer}`);
