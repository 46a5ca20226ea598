"""The running server that is asked: where it is, and the mail that it prints to its log."""

import json
import os
import time
from pathlib import Path

import requests

URL = os.environ["LIBRARY_URL"]
LOG = Path(os.environ["LIBRARY_LOG"])
PASSWORD = "correct horse battery staple"

# How long a mail may take to be printed, in seconds.
LIMIT = 10


def mailed_token(email: str) -> str:
    """The token in the mail that was printed for this address last."""
    deadline = time.monotonic() + LIMIT
    while time.monotonic() < deadline:
        events = (json.loads(line) for line in LOG.read_text().splitlines() if "email_skipped_no_smtp" in line)
        bodies = [event["body"] for event in events if event.get("recipient") == email]
        if bodies:
            return bodies[-1].split("token=")[1].split()[0]
        time.sleep(0.05)
    raise TimeoutError(f"no mail to {email} has been printed")


def post(path: str, body: dict) -> dict:
    """The answer to a request that has to succeed."""
    answer = requests.post(f"{URL}{path}", json=body, timeout=LIMIT)
    answer.raise_for_status()
    return answer.json()
