"""The e-credential service 医保电子凭证: a scanned code becomes the credential that every message names.

A local service of the region, outside the national envelope: an object goes in, and comes back as text inside JSON.
Its token lives briefly, so a code is decoded anew for a settlement that comes later.
"""

from urllib.parse import urlsplit

import msgspec

from terminal.centre.exchange import Operator
from terminal.centre.faults import CentreAnswerBroken, CentreRefused, CentreSilent, CentreUnreachable
from terminal.centre.messages.credential import CredentialQuery, ServiceAnswer, ServiceCall
from terminal.centre.transport import Line, NoCompleteAnswer, NothingLeft
from terminal.centre.wire import compose, parse
from terminal.documents import Credential, CredentialKind, VisitType

TRANSACTION = "ec.query"

BUSINESS = {VisitType.PHARMACY: "02121"}
"""businessType by visit; everything else at a cashier's desk is 01301 settlement."""


class Office(msgspec.Struct, frozen=True):
    """The department a code is shown to."""

    number: str = "0000"
    name: str = "收费处"


class CodeReader:
    """Decodes codes at one institution's service."""

    def __init__(self, url: str, institution: str, operator: Operator, office: Office, *, timeout: float = 10) -> None:
        self._line = Line(url, connect=timeout, answer=timeout)
        self._path = "" if urlsplit(url).path else "/"
        self._institution, self._operator, self._office = institution, operator, office

    def decode(self, code: str, visit: VisitType) -> Credential:
        """The credential behind a scanned code.

        Raises CentreRefused for another kind of code or an expired one, CentreUnreachable, CentreSilent,
        CentreAnswerBroken. Asking again is harmless.
        """
        query = CredentialQuery(
            orgId=self._institution,
            businessType=BUSINESS.get(visit, "01301"),
            operatorId=self._operator.number,
            operatorName=self._operator.name,
            officeId=self._office.number,
            officeName=self._office.name,
            qrCode=code,
        )
        call = ServiceCall(orgId=self._institution, transType=TRANSACTION, data=query)
        body = compose(call.write())
        try:
            raw = self._line.post(self._path, {"Content-Type": "application/json;charset=utf-8"}, body)
        except NothingLeft as error:
            raise CentreUnreachable(reason=str(error)) from error
        except NoCompleteAnswer as error:
            raise CentreSilent(transaction=TRANSACTION, reason=str(error)) from error
        try:
            answer = ServiceAnswer.read(parse(raw))
        except ValueError as error:
            raise CentreAnswerBroken(transaction=TRANSACTION, place="-", found=str(error)) from error
        if answer.code is None:
            raise CentreAnswerBroken(transaction=TRANSACTION, place="code", found="is absent or no number")
        if answer.code != 0:
            raise CentreRefused(transaction=TRANSACTION, number=answer.code, text=answer.message)
        person = answer.data
        if person is None or not person.ecToken:
            raise CentreAnswerBroken(transaction=TRANSACTION, place="data.ecToken", found="is absent")
        return Credential(CredentialKind.E_CREDENTIAL, person.ecToken, person.userName, region=person.insuOrg)

    def close(self) -> None:
        """Ends the connection."""
        self._line.close()
