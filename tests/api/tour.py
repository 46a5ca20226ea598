"""The README's tour, with a client that was generated from the document of the API."""

from http import HTTPStatus

from library import PASSWORD, URL, mailed_token
from library_client import AuthenticatedClient, Client
from library_client.api.books import add_book, list_books
from library_client.api.loans import borrow_book, return_book
from library_client.api.members import register_member, verify_member
from library_client.api.service import health
from library_client.api.sessions import login
from library_client.models import (
    Book,
    Credentials,
    Loan,
    Member,
    NewBook,
    NewLoan,
    NewMember,
    Problem,
    TokenPair,
    Verification,
)


def parsed(answer, status: HTTPStatus, kind: type):
    """What the client read in the answer, which has this status and is of this kind."""
    assert answer.status_code == status, answer
    assert isinstance(answer.parsed, kind), answer
    return answer.parsed


def main() -> None:
    client = Client(base_url=URL, raise_on_unexpected_status=True)
    assert health.sync(client=client) == "OK"

    new_book = NewBook(title="Emma", author="Jane Austen", isbn="978-0-14-143958-7")
    book = parsed(add_book.sync_detailed(client=client, body=new_book), HTTPStatus.CREATED, Book)
    assert (book.title, book.author, book.isbn, book.description) == ("Emma", "Jane Austen", "9780141439587", "")

    new_member = NewMember(name="Ada", email="ada@example.com", password=PASSWORD)
    member = parsed(register_member.sync_detailed(client=client, body=new_member), HTTPStatus.CREATED, Member)
    assert (member.name, member.email, member.is_verified) == ("Ada", "ada@example.com", False)

    token = Verification(token=mailed_token("ada@example.com"))
    verified = parsed(verify_member.sync_detailed(client=client, body=token), HTTPStatus.OK, Member)
    assert (verified.id, verified.is_verified) == (member.id, True)

    credentials = Credentials(email="ada@example.com", password=PASSWORD)
    tokens = parsed(login.sync_detailed(client=client, body=credentials), HTTPStatus.OK, TokenPair)
    caller = AuthenticatedClient(base_url=URL, token=tokens.access_token, raise_on_unexpected_status=True)

    new_loan = NewLoan(book_id=book.id, member_id=member.id)
    loan = parsed(borrow_book.sync_detailed(client=caller, body=new_loan), HTTPStatus.CREATED, Loan)
    assert (loan.book_id, loan.member_id, loan.returned_at) == (book.id, member.id, None)

    conflict = parsed(borrow_book.sync_detailed(client=caller, body=new_loan), HTTPStatus.CONFLICT, Problem)
    assert conflict.type_ == "tag:library.example,2026:book-on-loan"

    ended = parsed(return_book.sync_detailed(client=caller, id=loan.id), HTTPStatus.OK, Loan)
    assert ended.id == loan.id and ended.returned_at is not None

    books = list_books.sync(client=client, limit=10)
    assert books == [book], books


if __name__ == "__main__":
    main()
