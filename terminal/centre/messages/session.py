"""9001 签到 and 9002 签退."""

from terminal.centre.wire import Node
from terminal.centre.words import C20, C30, C4000, Instant, Must, Whole


class SignIn(Node, frozen=True):
    """An operator signs in from a machine."""

    opter_no: Must[C20] = ""
    mac: Must[C20] = ""
    ip: Must[C20] = ""


class SignInRequest(Node, frozen=True):
    """9001."""

    signIn: SignIn | None = None


class SignedIn(Node, frozen=True):
    """The number every later message of this operator carries."""

    sign_time: Must[Instant] = ""
    sign_no: Must[C30] = ""


class SignInAnswer(Node, frozen=True):
    """9001."""

    signinoutb: SignedIn | None = None


class SignOut(Node, frozen=True):
    """An operator signs out."""

    sign_no: C30 = ""
    opter_no: Must[C20] = ""


class SignOutRequest(Node, frozen=True):
    """9002."""

    signOut: SignOut | None = None


class SignedOut(Node, frozen=True):
    """When the centre took note."""

    sign_time: Must[Instant] = ""


class SignOutAnswer(Node, frozen=True):
    """9002."""

    signoutoutb: SignedOut | None = None


class TokenAnswer(Node, frozen=True):
    """The bearer token that some gateways want before anything else (RFC 6749 section 5.1)."""

    access_token: Must[C4000] = ""
    token_type: C20 = ""
    expires_in: Whole = None
