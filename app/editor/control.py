"""How a second `noiseloom edit` asks the running editor for a link: both prove that they know a secret."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict, ValidationError
from starlette.responses import JSONResponse, Response
from starlette.types import Receive

from app.editor.tokens import Tokens, same, sign
from graphs.errors import InputError

CONTROL_PATH = "/control/link"
LARGEST_WISH = 64 * 1024


class Wish(BaseModel):
    """What the second command asks: a link to this graph."""

    model_config = ConfigDict(extra="forbid", strict=True)
    graph: str | None
    nonce: str
    proof: str


class Granted(BaseModel):
    """The answer: a one-time token, or why there is none."""

    model_config = ConfigDict(extra="forbid", strict=True)
    token: str = ""
    trouble: str = ""
    proof: str


@dataclass(frozen=True)
class Control:
    """What the running editor does for other commands of the same person."""

    secret: bytes
    place_of: Callable[[str | None], str]
    """The page of a graph, as "/d/ID", after opening it; `InputError` where it cannot be opened."""

    async def answer(self, receive: Receive, tokens: Tokens) -> Response:
        """Answer a wish: a new link, with a proof that it is ours."""
        try:
            wish = Wish.model_validate_json(await read_body(receive))
        except (ValidationError, ValueError):
            return Response(status_code=400)
        if not same(wish.proof, proof_of(self.secret, "wish", wish.nonce, json.dumps(wish.graph))):
            return Response(status_code=403)
        try:
            token, trouble = tokens.new_link(self.place_of(wish.graph)), ""
        except InputError as error:
            token, trouble = "", str(error)
        proof = proof_of(self.secret, "granted", wish.nonce, token, trouble)
        return JSONResponse(Granted(token=token, trouble=trouble, proof=proof).model_dump())


def proof_of(secret: bytes, *texts: str) -> str:
    """Shows that one who knows the secret wrote these."""
    return sign(secret, "control", *texts)


async def read_body(receive: Receive) -> bytes:
    """A small body, whole; `ValueError` where it is not small."""
    body, more = b"", True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
        if len(body) > LARGEST_WISH:
            raise ValueError
    return body
