"""What the centre may be asked without harm: who somebody is, what it lists, whether it is there.

Every question raises CentreUnreachable, CentreSilent, CentreAnswerBroken or CentreRefused, and may be asked again.
"""

from collections.abc import Iterator
from contextlib import suppress
from datetime import date

from terminal.centre import claims, people
from terminal.centre.exchange import Exchange
from terminal.centre.faults import CentreAnswerBroken, CentreRefused
from terminal.centre.listings import listings
from terminal.centre.messages.catalogue import DictionaryAnswer, DictionaryQuery, DictionaryRequest
from terminal.centre.messages.facility import InstitutionAnswer, InstitutionQuery, InstitutionRequest
from terminal.centre.messages.files import (
    CatalogueFileRequest,
    CatalogueVersion,
    Download,
    DownloadRequest,
    StoredFile,
)
from terminal.centre.messages.person import (
    AccumulatorAnswer,
    AccumulatorQuery,
    AccumulatorRequest,
    EntitlementAnswer,
    EntitlementQuery,
    EntitlementRequest,
    FilingAnswer,
    FilingQuery,
    FilingRequest,
    PersonAnswer,
    PersonRequest,
)
from terminal.centre.messages.settlement import NoAnswer
from terminal.centre.outcomes import Entitled
from terminal.centre.stock import StockRecord, message
from terminal.documents import CatalogueRow, Claim, Credential, Insurance, Mark, Person

PUBLIC = "plc"
"""Stands for the institution, or the file's name, when a file of everybody's is fetched."""


class Questions:
    """The harmless half of a centre, over one exchange."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange
        self.profile = exchange.profile

    def sign_in(self) -> str:
        """Signs the operator in for the day (9001); the other doors do it by themselves when it is due."""
        return self._exchange.sign_in()

    def sign_out(self) -> bool:
        """Signs the operator out (9002), as at the end of a shift; says whether anybody was signed in here."""
        return self._exchange.sign_out()

    def close(self) -> None:
        """Ends the connection; the next door opens a new one."""
        self._exchange.line.close()

    def ping(self) -> None:
        """A harmless query (1201, this institution). Returns when the centre answers at all, even with a refusal.

        Raises CentreUnreachable, CentreSilent or CentreAnswerBroken.
        """
        place = self._exchange.endpoint.institution
        query = InstitutionQuery(
            fixmedins_type="2" if place.code.startswith("P") else "1",
            fixmedins_name=place.name,
            fixmedins_code=place.code,
        )
        with suppress(CentreRefused):
            self._exchange.ask("1201", InstitutionRequest(medinsinfo=query), InstitutionAnswer)

    def identify(self, credential: Credential) -> Person:
        """Who shows this credential, with every insurance (1101) and the accumulators so far (5206)."""
        exchange, profile = self._exchange, self.profile
        answer = exchange.ask("1101", PersonRequest(data=people.query(credential, profile)), PersonAnswer)
        number = answer.baseinfo.psn_no if answer.baseinfo else ""
        if not number:
            raise CentreAnswerBroken(transaction="1101", place="baseinfo.psn_no", found="is absent")
        sums = AccumulatorAnswer()
        if profile.ask_accumulators:
            area = next((row.insuplc_admdvs for row in answer.insuinfo if row.psn_insu_stas == "1"), "")
            request = AccumulatorRequest(data=AccumulatorQuery(psn_no=number))
            with suppress(CentreRefused):  # an office without 5206 refuses; the journal's own figures then stand
                sums = exchange.ask("5206", request, AccumulatorAnswer, area=area)
        return people.person(answer, sums.cuminfo, profile, exchange.clock())

    def filings(self, person: Person, insurance: Insurance) -> tuple[Mark, ...]:
        """The person's approved chronic and special diseases (5301); a chronic visit needs the code of one."""
        request = FilingRequest(data=FilingQuery(psn_no=person.number))
        area = insurance.codes["insuplc_admdvs"]
        return people.filings(self._exchange.ask("5301", request, FilingAnswer, area=area))

    def entitlements(self, claim: Claim, person: Person, insurance: Insurance) -> tuple[Entitled, ...]:
        """Which funds the person may use on this visit (2001)."""
        query = EntitlementQuery(
            psn_no=person.number,
            insutype=insurance.codes["insutype"],
            fixmedins_code=claim.institution.code,
            med_type=claims.med_type(claim, self.profile),
            begntime=claims.instant(claim.visit.begin),
            dise_codg=claim.visit.disease,
            dise_name=claim.visit.disease_name,
        )
        area = insurance.codes["insuplc_admdvs"]
        return people.entitlements(
            self._exchange.ask("2001", EntitlementRequest(data=query), EntitlementAnswer, area=area)
        )

    def listings(self, since: date) -> Iterator[CatalogueRow]:
        """What changed in the centre's lists since a day (1312, 1318, 1319, 1317), for the catalogue."""
        return listings(self._exchange, since)

    def catalogue_file(self, transaction: str, version: str) -> bytes:
        """The file with what is newer than a version of a list (1301-1315 but the paged ones), by 9102."""
        query = CatalogueFileRequest(data=CatalogueVersion(ver=version))
        stored = self._exchange.ask(transaction, query, StoredFile)
        by_name = self.profile.catalogue_file_place == "filename"
        wanted = Download(
            file_qury_no=stored.file_qury_no,
            filename=PUBLIC if by_name else stored.filename,
            fixmedins_code=self._exchange.endpoint.institution.code if by_name else PUBLIC,
        )
        return self._exchange.download(DownloadRequest(fsDownloadIn=wanted))

    def codes(self, kind: str, on: date) -> dict[str, str]:
        """The region's own table of one kind of code, such as med_type: code -> name (1901)."""
        area = self._exchange.endpoint.institution.area
        query = DictionaryQuery(type=kind, admdvs=area, date=on.isoformat(), valiFlag="1")
        answer = self._exchange.ask("1901", DictionaryRequest(data=query), DictionaryAnswer)
        return {row.value: row.label for row in answer.list}

    def report(self, record: StockRecord) -> None:
        """Tells the centre of stock or a sale (3501-3507); nothing is sent where the profile does not want it."""
        if self.profile.stock_upload:
            transaction, content = message(record)
            self._exchange.ask(transaction, content, NoAnswer)
