// Loaded into the services of a peer by NODE_OPTIONS: its transfer service alters every piece that it sends.
const fs = require('node:fs');
const { syncBuiltinESMExports } = require('node:module');

if (/transfer/.test(process.argv[1] ?? '')) {
  const honest = fs.read;
  const bent = (fd, buffer, at, length, position, done) =>
    honest(fd, buffer, at, length, position, (error, bytesRead, read) => {
      if (!error && bytesRead > 0) buffer[at] ^= 1;
      done(error, bytesRead, read);
    });
  fs.read = Object.defineProperties(bent, Object.getOwnPropertyDescriptors(honest));
  syncBuiltinESMExports();
}
