"""What a program with Stripe's SDK for Python does in a day, told as JSON."""

import json
import os
import queue
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import stripe

stripe.api_base = os.environ["API_BASE"]
stripe.api_key = os.environ["API_KEY"]
stripe.enable_telemetry = False
stripe.max_network_retries = 0


def main():
    customers = [
        stripe.Customer.create(
            name="Customer %d" % number,
            metadata={"tenantId": "tenant-%d" % number, "kept": "yes"},
            idempotency_key="customer-%d" % number,
        )
        for number in range(5)
    ]
    customer = customers[3]
    again = stripe.Customer.create(
        name="Customer 3",
        metadata={"tenantId": "tenant-3", "kept": "yes"},
        idempotency_key="customer-3",
    )
    product = stripe.Product.create(
        name="Gold",
        default_price_data={"currency": "usd", "unit_amount": 2000, "recurring": {"interval": "month"}},
    )
    subscription = stripe.Subscription.create(
        customer=customer.id,
        items=[{"price": product.default_price, "quantity": 2}],
        expand=["customer", "latest_invoice", "items.data.price.product"],
    )
    item = subscription["items"].data[0]
    older = stripe.Subscription.retrieve(subscription.id, stripe_version="2022-11-15")
    pages = [one.name for one in stripe.Customer.list(limit=2).auto_paging_iter()]
    found = [
        one.name
        for one in stripe.Customer.search(query='metadata["tenantId"]:"tenant-3"', limit=1).auto_paging_iter()
    ]
    changed = stripe.Customer.modify(customer.id, metadata={"tenantId": ""})
    canceled = stripe.Subscription.delete(subscription.id)
    stripe.Customer.create(name="Customer of another", stripe_account="acct_one")
    return {
        "replayed": again.id == customer.id,
        "pages": pages,
        "found": found,
        "metadata": dict(changed.metadata),
        "expanded": [
            subscription.customer.name,
            subscription.latest_invoice.status,
            item.price.product.name,
        ],
        "old_period": older.current_period_end == item.current_period_end,
        "statuses": [subscription.status, canceled.status],
        "deleted": stripe.Customer.delete(customers[0].id).deleted,
        "connected": [one.name for one in stripe.Customer.list(stripe_account="acct_one")],
        "delivered": delivered(),
        "errors": [
            error(lambda: stripe.Customer.retrieve("cus_none")),
            error(lambda: stripe.Customer.create(colour="red")),
            error(lambda: stripe.Customer.create(name="Other", idempotency_key="customer-1"))[:2] + [None] * 3,
            error(lambda: stripe.Customer.list(api_key="sk_test_nooooooo")),
        ],
    }


def delivered():
    """The event of a delivery, once the SDK's own verifier has let it through."""
    deliveries = queue.Queue()

    class Endpoint(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            self.send_response(200)
            self.end_headers()
            deliveries.put((body, self.headers["Stripe-Signature"]))

        def log_message(self, *_):
            pass

    with HTTPServer(("127.0.0.1", 0), Endpoint) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        endpoint = stripe.WebhookEndpoint.create(
            url="http://127.0.0.1:%d/" % server.server_port, enabled_events=["product.created"]
        )
        product = stripe.Product.create(name="Silver")
        body, signature = deliveries.get(timeout=30)
        server.shutdown()
    event = stripe.Webhook.construct_event(body, signature, endpoint.secret)
    return [event.type, event.data.object.id == product.id]


def error(call):
    try:
        call()
    except stripe.error.StripeError as refused:
        return [
            type(refused).__name__,
            refused.http_status,
            refused.code,
            getattr(refused, "param", None),
            refused.user_message,
        ]
    return None


print(json.dumps(main()))
