// Makes `fetch` of Node.js releases that do not read NODE_USE_ENV_PROXY (before 22.21 and 24.5) use HTTPS_PROXY and HTTP_PROXY.
// Loaded with --require before the program; newer releases are left alone.
'use strict';

const [major, minor] = process.versions.node.split('.').map(Number);
const reads = major > 24 || (major === 24 && minor >= 5) || (major === 22 && minor >= 21);

module.exports = { reads };

if (!reads && process.env.HTTPS_PROXY && typeof fetch === 'function') {
  const http = require('node:http');
  const net = require('node:net');
  const tls = require('node:tls');
  const proxy = new URL(process.env.HTTPS_PROXY);
  const direct = new Set((process.env.NO_PROXY || '').split(',').map((name) => name.trim().toLowerCase()));

  // undici's connector: a socket to the origin, through a tunnel unless it is on this machine.
  const connect = ({ hostname, protocol, port, servername }, done) => {
    const secure = protocol === 'https:';
    const target = Number(port) || (secure ? 443 : 80);
    const host = hostname.replace(/^\[|\]$/g, '');
    if (direct.has(host.toLowerCase())) {
      const plain = secure ? tls.connect({ host, port: target, servername: servername || host }) : net.connect({ host, port: target });
      plain.once(secure ? 'secureConnect' : 'connect', () => done(null, plain)).once('error', done);
      return;
    }
    http
      .request({ host: proxy.hostname, port: proxy.port, method: 'CONNECT', path: `${host}:${target}` })
      .once('connect', (answer, socket) => {
        if (answer.statusCode !== 200) {
          socket.destroy();
          done(new Error(`${host}: ${answer.statusCode} ${answer.statusMessage} (from ${proxy.host})`));
          return;
        }
        if (!secure) {
          done(null, socket);
          return;
        }
        const secured = tls.connect({ socket, servername: servername || host, ALPNProtocols: ['http/1.1'] });
        secured.once('secureConnect', () => done(null, secured)).once('error', done);
      })
      .once('error', done)
      .end();
  };

  const installed = Symbol.for('undici.globalDispatcher.1');
  fetch('data:,').then(() => {}, () => {}); // the dispatcher is there once fetch was called
  const Agent = globalThis[installed] && globalThis[installed].constructor;
  if (Agent) {
    globalThis[installed] = new Agent({ connect });
  } else {
    process.stderr.write(`azure-openai-mock: Node.js ${process.versions.node} cannot be intercepted; 22.21 or 24.5 and later can\n`);
  }
}
