try {
  module.exports = require("../dist/client.js");
} catch (error) {
  require("./refuse.cjs")(error);
}
