// Started in a router's namespace: `node wait-for-banner.mjs IP`. Ends when port 22 there has said that it speaks SSH (RFC 4253).
// A guest that boots tells nobody when it is done, so it is tried again and again. Plain JavaScript, to start fast.
import { connect } from 'node:net';

const [host] = process.argv.slice(2);
setTimeout(() => process.exit(1), 240_000);

function attempt() {
  const socket = connect({ host, port: 22 });
  const again = setTimeout(() => socket.destroy(), 1_000);
  socket.on('data', (data) => data.toString().startsWith('SSH-') && process.exit(0));
  socket.on('error', () => undefined);
  socket.on('close', () => {
    clearTimeout(again);
    setTimeout(attempt, 50);
  });
}
attempt();
