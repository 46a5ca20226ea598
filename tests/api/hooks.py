"""What schemathesis cannot know from the document: who calls, and which tokens are good."""

import itertools
import os
import uuid
from dataclasses import dataclass

import requests
import schemathesis
from library import PASSWORD, mailed_token, post

NUMBERS = itertools.count()


@dataclass
class Caller:
    """A verified member."""

    member_id: str
    verification_token: str
    email: str


def new_caller() -> Caller:
    email = f"caller-{os.getpid()}-{next(NUMBERS)}@example.com"
    member = post("/members", {"name": "Caller", "email": email, "password": PASSWORD})
    token = mailed_token(email)
    post("/members/verify", {"token": token})
    return Caller(member["id"], token, email)


class Current:
    """The caller of the moment: a generated request may delete any member, the caller, too, who is then followed by another."""

    def __init__(self):
        self.caller = new_caller()

    def log_in(self) -> dict:
        try:
            return self._tokens()
        except requests.HTTPError:
            self.caller = new_caller()
            return self._tokens()

    def _tokens(self) -> dict:
        return post("/auth/login", {"email": self.caller.email, "password": PASSWORD})


current = Current()


# A token is asked for again when an answer is 401.
@schemathesis.auth(retry_on=[401]).apply_to(
    operation_id=["list_loans", "list_own_loans", "borrow_book", "read_loan", "return_book", "read_own_member", "patch_own_member",
                  "list_sessions", "end_session", "end_all_sessions"]
)
class Authentication:
    def get(self, case, context):
        return current.log_in()["access_token"]

    def set(self, case, data, context):
        case.headers["Authorization"] = f"Bearer {data}"


@schemathesis.hook
def before_call(context, case, kwargs):
    """Puts into valid bodies what exists, so that they get as far as the rules of the library."""
    if not case.meta.generation.mode.is_positive:
        return
    # A cursor is known from a link alone; and what is found is in an order of its own.
    case.query.pop("cursor", None)
    if "q" in case.query:
        case.query.pop("sort", None)
    # A key is of one request: another one must not happen to have the same.
    if "Idempotency-Key" in case.headers:
        case.headers["Idempotency-Key"] = str(uuid.uuid4())
    if not isinstance(case.body, dict):
        return
    operation = case.operation.definition.raw.get("operationId")
    if operation == "borrow_book":
        case.body["member_id"] = current.caller.member_id
    if operation == "login" and next(NUMBERS) % 2:
        case.body |= {"email": current.caller.email, "password": PASSWORD}
    if operation == "verify_member":
        case.body["token"] = current.caller.verification_token
    if operation == "patch_own_member" and {"password", "current_password"} & case.body.keys():
        # They go together, and the caller goes on with the same.
        case.body |= {"password": PASSWORD, "current_password": PASSWORD}
    if operation == "refresh_tokens":
        # It is good for one use.
        case.body["refresh_token"] = current.log_in()["refresh_token"]
    if operation == "exchange_grant" and case.body.get("grant_type") == "password":
        case.body |= {"username": current.caller.email, "password": PASSWORD}
    if operation == "exchange_grant" and case.body.get("grant_type") == "refresh_token":
        case.body["refresh_token"] = current.log_in()["refresh_token"]
    if operation == "revoke_token" and next(NUMBERS) % 2:
        case.body["token"] = current.log_in()["refresh_token"]
