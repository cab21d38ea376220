try {
  module.exports = require("../dist/webhooks.js");
} catch (error) {
  require("./refuse.cjs")(error);
}
