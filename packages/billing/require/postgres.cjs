try {
  module.exports = require("../dist/postgres.js");
} catch (error) {
  require("./refuse.cjs")(error);
}
