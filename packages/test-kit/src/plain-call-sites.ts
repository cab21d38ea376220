// The SDK notes at every request where it was called from, to tell of it should the request fail. Vitest maps each frame of
// that to its source, which takes a fifth of the request's whole time here. So these alone stay as the engine has them.

// Files share a worker, and each of them sets up anew.
if (Error.prepareStackTrace !== undefined && Error.prepareStackTrace.name !== "mapOthers") {
  const map = Error.prepareStackTrace.bind(Error);
  Error.prepareStackTrace = function mapOthers(error, frames) {
    const isCallSite = frames[0]?.getFileName()?.endsWith("/StripeResource.js") === true;
    return isCallSite ? [error.toString(), ...frames.map(describe)].join("\n    at ") : map(error, frames);
  };
}

function describe(frame: NodeJS.CallSite): string {
  const place = `${frame.getFileName()}:${frame.getLineNumber()}:${frame.getColumnNumber()}`;
  return `${frame.getFunctionName() ?? "<anonymous>"} (${place})`;
}
