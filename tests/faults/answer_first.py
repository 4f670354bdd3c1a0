"""The app as it must not be: it thanks at once and stores the post afterwards. The kill test has to notice."""

import io
import threading
import time

from crmlite import create_app

honest = create_app()
DELAY = 0.25


def app(environ, start_response):
    if environ["REQUEST_METHOD"] != "POST":
        return honest(environ, start_response)
    body = environ["wsgi.input"].read()
    threading.Thread(target=store_later, args=({**environ, "wsgi.input": io.BytesIO(body)},)).start()
    start_response("200 OK", [("Content-Type", "text/html; charset=utf-8")])
    return [b"Thank you. We have received what you sent."]


def store_later(environ) -> None:
    time.sleep(DELAY)
    list(honest(environ, lambda *_args: None))
