// Started in a router's namespace: connects, hands the socket to the agent over the IPC channel, and ends with that channel.
// Plain JavaScript, because stripping types would double the time it takes to start.
import { connect } from 'node:net';

const [ip, port] = process.argv.slice(2);
process.once('disconnect', () => process.exit());
const socket = connect({ host: ip, port: Number(port) });
socket.once('error', (error) => process.send({ failed: error.message }));
socket.once('connect', () => {
  socket.pause(); // not a byte is read here: all belong to whoever gets the socket
  process.send({ connected: true }, socket);
});
