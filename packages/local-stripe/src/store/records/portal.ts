import type Stripe from "stripe";
import type { Stored } from "../stored.js";

export type PortalConfigurationRecord = Readonly<Stored<Stripe.BillingPortal.Configuration>>;

export type PortalSessionRecord = Readonly<Stored<Stripe.BillingPortal.Session>> & {
  /** The unguessable end of the session's address; the client secret of an embedded one. */
  readonly secret: string;
  /** Proves that a form was sent from a page of this session. */
  readonly csrfToken: string;
  /** Under it a form says what its reader had seen. It is never shown. */
  readonly sealKey: string;
  /** The latest form that was carried out, and where it led. */
  readonly lastForm: { readonly sent: string; readonly location: string } | null;
  /** Whether what the session's flow is about was done. */
  readonly isFlowDone: boolean;
  /** Unix time of the last page that was opened with it. */
  readonly usedAt: number | null;
};
