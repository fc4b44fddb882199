// Loaded before a program: whoever asks for cdktf gets its fork.
const Module = require('node:module');

const resolve = Module._resolveFilename;
Module._resolveFilename = function (request, ...rest) {
  return resolve.call(this, request.replace(/^cdktf(?=\/|$)/, 'cdktn'), ...rest);
};
