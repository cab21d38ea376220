import { invalid } from "../api-error.js";
import { type Param, text } from "./params.js";

/** An address that a browser or a delivery can go to. */
export function webUrl(): Param<string> {
  const plain = text();
  return {
    read: (value, name) => {
      const url = plain.read(value, name);
      if (!/^[a-z][a-z0-9+.-]*:\/\//i.test(url)) {
        throw invalid(
          "Invalid URL: An explicit scheme (such as https) must be provided.",
          name,
          "url_invalid",
        );
      }
      // A line break would end the header that carries the address, and a browser drops it silently.
      if (!/^https?:\/\//i.test(url) || /[\s\p{Cc}]/u.test(url) || !URL.canParse(url))
        throw invalid("Not a valid URL", name, "url_invalid");
      return url;
    },
  };
}
