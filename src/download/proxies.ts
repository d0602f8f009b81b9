import type { Dispatcher } from 'undici';
import { StageError } from '../error.ts';

/**
 * Sends requests as the environment says: through HTTP_PROXY or HTTPS_PROXY (in either case) unless NO_PROXY
 * names the host; follows up to 10 redirects. Throws `BAD_VALUE` for a proxy that is not a URL.
 */
export async function openDispatcher(environment: NodeJS.ProcessEnv = process.env): Promise<Dispatcher> {
  const { EnvHttpProxyAgent, interceptors } = await import('undici');
  const setting = (name: string): string => environment[name.toLowerCase()] || environment[name] || '';
  const httpProxy = toProxy('HTTP_PROXY', setting('HTTP_PROXY'));
  const agent = new EnvHttpProxyAgent({
    httpProxy,
    httpsProxy: toProxy('HTTPS_PROXY', setting('HTTPS_PROXY')) || httpProxy,
    noProxy: setting('NO_PROXY'),
    // Many proxies allow tunnels to port 443 only, and expect plain requests for http.
    proxyTunnel: false,
  });
  return agent.compose(interceptors.redirect({ maxRedirections: 10 }));
}

/** `proxy.example:3128` is a usual way to write `http://proxy.example:3128`. */
function toProxy(variable: string, value: string): string {
  const proxy = value === '' || value.includes('://') ? value : `http://${value}`;
  if (proxy === '' || (isUrl(proxy) && /^(https?|socks5?):/i.test(proxy))) return proxy;
  throw new StageError('BAD_VALUE', `the environment variable ${variable} names no proxy`, {
    hint: `set it to a URL such as http://proxy.example:3128, or unset it`,
  });
}

function isUrl(text: string): boolean {
  try {
    const { username, password } = new URL(text);
    decodeURIComponent(username + password);
    return true;
  } catch {
    return false;
  }
}
