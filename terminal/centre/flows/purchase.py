"""A pharmacy purchase: 2101 asks, 2102 settles, the items travel inside; nothing is left open by asking."""

from typing import ClassVar

from terminal.centre import claims
from terminal.centre.flows.handle import Handle, Steps, handle_for, trial_of
from terminal.centre.messages.pharmacy import Purchase, PurchasedItem, PurchaseRequest
from terminal.centre.messages.settlement import SettlementAnswer
from terminal.centre.outcomes import Trial
from terminal.documents import Claim, Insurance, Person


class PurchaseFlow(Steps):
    """药店购药."""

    settles: ClassVar[str] = "2102"

    def trial(self, claim: Claim, person: Person, insurance: Insurance) -> Trial:
        """2101."""
        handle = handle_for("purchase", claim, person, insurance, "")
        content = PurchaseRequest(druginfo=self._head(handle, claim, ""), drugdetail=_rows(claim))
        answer = self._ask("2101", content, SettlementAnswer, handle)
        return trial_of(self._exchange, answer, claim, handle, "2101", answer.detlcutinfo)

    def settlement(self, handle: Handle, claim: Claim) -> PurchaseRequest:
        """2102."""
        traced = self._exchange.profile.trace_codes
        return PurchaseRequest(
            druginfo=self._head(handle, claim, claims.invoice(claim)),
            drugdetail=_rows(claim),
            drug_trac_info=tuple(claims.trace_codes(claim)) if traced else (),
        )

    def give_up(self, handle: Handle) -> None:
        """Nothing to take back."""

    def _head(self, handle: Handle, claim: Claim, invoice: str) -> Purchase:
        return Purchase(
            psn_no=handle.person_number,
            **self._shown(handle, claim),
            begntime=claims.instant(claim.visit.begin),
            medfee_sumamt=claims.total(claim),
            invono=invoice,
            insutype=handle.insurance_type,
            dise_codg=claim.visit.disease,
            dise_name=claim.visit.disease_name,
            acct_used_flag=claims.account_flag(claim),
            med_type=claims.med_type(claim, self._exchange.profile),
        )


def _rows(claim: Claim) -> tuple[PurchasedItem, ...]:
    return tuple(
        PurchasedItem(**claims.item(position, line, claim), rxno=line.prescription, rx_circ_flag="0")
        for position, line in enumerate(claim.lines, 1)
    )
