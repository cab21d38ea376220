import { invalid } from "../api-error.js";
import { type Param, text } from "./params.js";

const plain = text({ max: 512 });

/** An e-mail address: a name, an @ and a domain, without spaces. */
export function emailAddress(): Param<string> {
  return {
    read: (value, name) => {
      const email = plain.read(value, name);
      if (/^[^\s@]+@[^\s@]+$/.test(email)) return email;
      throw invalid(`Invalid email address: ${email}`, name, "email_invalid");
    },
  };
}
