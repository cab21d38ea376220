/** Where the browser's script is served. A page loads it in place of Stripe.js from js.stripe.com. */
export const STRIPE_JS_PATH = "/stripe.js";

/**
 * Stands for Stripe.js in a browser, with the one method that embedded Checkout needs: it puts the session's page in a
 * frame, and hears from that page when the session is complete.
 */
export const STRIPE_JS = `(() => {
  const { origin } = new URL(document.currentScript.src);

  async function createEmbeddedCheckoutPage({ fetchClientSecret, onComplete }) {
    const clientSecret = await fetchClientSecret();
    if (typeof clientSecret !== "string") throw new Error("fetchClientSecret must return a client secret.");
    const frame = document.createElement("iframe");
    frame.src = origin + "/p/checkout/" + encodeURIComponent(clientSecret);
    frame.title = "Checkout";
    frame.style.cssText = "border: 0; width: 100%; height: 60rem";

    function hear(event) {
      if (event.origin !== origin || event.source !== frame.contentWindow) return;
      const { type, returnUrl } = event.data;
      if (type !== "checkout.complete") return;
      if (returnUrl !== null) location.assign(returnUrl);
      else if (onComplete !== undefined) onComplete();
    }

    function unmount() {
      removeEventListener("message", hear);
      frame.remove();
    }

    return {
      mount(place) {
        addEventListener("message", hear);
        (typeof place === "string" ? document.querySelector(place) : place).append(frame);
      },
      unmount,
      destroy: unmount,
    };
  }

  window.Stripe = () => ({ createEmbeddedCheckoutPage });
})();
`;
