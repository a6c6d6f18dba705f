#!/usr/bin/env node
// The command `iwanto`. This file is old JavaScript on purpose: a Node.js of any age must understand
// it, so that one that is too old can say so.
'use strict';

/** The oldest Node.js that the packages support. */
var NODE_MIN = [22, 22];

var version = process.versions.node.split('.').map(Number);
if (version[0] < NODE_MIN[0] || (version[0] === NODE_MIN[0] && version[1] < NODE_MIN[1])) {
  process.stderr.write(
    'iwanto: Node.js ' +
      process.versions.node +
      ' is too old; install Node.js ' +
      NODE_MIN.join('.') +
      ' or newer.\n',
  );
  process.exitCode = 1;
} else {
  require('./launch.js');
}
