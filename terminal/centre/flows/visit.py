"""An outpatient visit: 2201 registers, 2203 describes, 2204 uploads the items, 2206 asks, 2207 settles."""

from typing import Any, ClassVar

import msgspec

from terminal.centre import claims
from terminal.centre.faults import CentreAnswerBroken
from terminal.centre.flows.handle import Handle, Steps, handle_for, trial_of
from terminal.centre.messages.outpatient import (
    Diagnosis,
    FeeCancel,
    FeeCancelRequest,
    FeeItem,
    FeeRequest,
    PreSettlement,
    PreSettlementRequest,
    Registration,
    RegistrationAnswer,
    RegistrationCancelRequest,
    RegistrationRequest,
    VisitInfo,
    VisitKey,
    VisitRequest,
    VisitSettlement,
    VisitSettlementRequest,
)
from terminal.centre.messages.settlement import NoAnswer, SettlementAnswer
from terminal.centre.outcomes import Trial
from terminal.documents import Claim, Insurance, Person

EVERY_ROW = "0000"
"""The batch of 2205 that means all unsettled rows of a visit."""


class VisitFlow(Steps):
    """门诊就诊."""

    settles: ClassVar[str] = "2207"

    def trial(self, claim: Claim, person: Person, insurance: Insurance) -> Trial:
        """2201, 2203, 2204 in as many calls as the profile wants, 2206."""
        handle = self._opened(claim, person, insurance)
        with self._given_up_on_fault(handle):
            self._ask("2203", self._description(handle, claim), NoAnswer, handle)
            items = self._uploaded("2204", lambda part: FeeRequest(feedetail=part), self._rows(handle, claim), handle)
            content = PreSettlementRequest(data=PreSettlement(**self._figures(handle, claim)))
            answer = self._ask("2206", content, SettlementAnswer, handle)
            return trial_of(self._exchange, answer, claim, handle, "2206", items)

    def settlement(self, handle: Handle, claim: Claim) -> VisitSettlementRequest:
        """2207: all of 2206, and the four parts of its answer."""
        traced = self._exchange.profile.trace_codes
        return VisitSettlementRequest(
            data=VisitSettlement(**self._figures(handle, claim), invono=claims.invoice(claim), **handle.parts),
            drug_trac_info=tuple(claims.trace_codes(claim)) if traced else (),
        )

    def give_up(self, handle: Handle) -> None:
        """2205 for every row, then 2202."""
        rows = FeeCancel(mdtrt_id=handle.visit_number, chrg_bchno=EVERY_ROW, psn_no=handle.person_number)
        self._ask("2205", FeeCancelRequest(data=rows), NoAnswer, handle)
        visit = VisitKey(psn_no=handle.person_number, mdtrt_id=handle.visit_number, ipt_otp_no=handle.own_number)
        self._ask("2202", RegistrationCancelRequest(data=visit), NoAnswer, handle)

    def _opened(self, claim: Claim, person: Person, insurance: Insurance) -> Handle:
        """2201."""
        handle, by = handle_for("visit", claim, person, insurance, self._exchange.numbers()), self._attendance
        registration = Registration(
            psn_no=person.number,
            insutype=handle.insurance_type,
            begntime=claims.instant(claim.visit.begin),
            **self._shown(handle, claim),
            ipt_otp_no=handle.own_number,
            atddr_no=by.doctor,
            dr_name=by.doctor_name,
            dept_code=by.department,
            dept_name=by.department_name,
            caty=by.speciality,
        )
        registered = self._ask("2201", RegistrationRequest(data=registration), RegistrationAnswer, handle).data
        if registered is None or not registered.mdtrt_id:
            raise CentreAnswerBroken(transaction="2201", place="data.mdtrt_id", found="is absent")
        return msgspec.structs.replace(handle, visit_number=registered.mdtrt_id)

    def _description(self, handle: Handle, claim: Claim) -> VisitRequest:
        visit, by = claim.visit, self._attendance
        begin = claims.instant(visit.begin)
        code, name = claims.diagnosis(claim, by)
        return VisitRequest(
            mdtrtinfo=VisitInfo(
                mdtrt_id=handle.visit_number,
                psn_no=handle.person_number,
                med_type=claims.med_type(claim, self._exchange.profile),
                begntime=begin,
                dise_codg=visit.disease,
                dise_name=visit.disease_name,
            ),
            diseinfo=(
                Diagnosis(
                    diag_type="1",
                    diag_srt_no=1,
                    diag_code=code,
                    diag_name=name,
                    diag_dept=by.department,
                    dise_dor_no=by.doctor,
                    dise_dor_name=by.doctor_name,
                    diag_time=begin,
                    vali_flag="1",
                ),
            ),
        )

    def _rows(self, handle: Handle, claim: Claim) -> tuple[FeeItem, ...]:
        by = self._attendance
        return tuple(
            FeeItem(
                **claims.item(position, line, claim),
                mdtrt_id=handle.visit_number,
                psn_no=handle.person_number,
                chrg_bchno=handle.batch,
                dise_codg=claim.visit.disease,
                rxno=line.prescription,
                rx_circ_flag="0",
                bilg_dept_codg=by.department,
                bilg_dept_name=by.department_name,
                bilg_dr_codg=by.doctor,
                bilg_dr_name=by.doctor_name,
                hosp_appr_flag="0",
            )
            for position, line in enumerate(claim.lines, 1)
        )

    def _figures(self, handle: Handle, claim: Claim) -> dict[str, Any]:
        return {
            **self._shown(handle, claim),
            "psn_no": handle.person_number,
            "med_type": claims.med_type(claim, self._exchange.profile),
            "medfee_sumamt": claims.total(claim),
            "psn_setlway": "01",
            "mdtrt_id": handle.visit_number,
            "chrg_bchno": handle.batch,
            "acct_used_flag": claims.account_flag(claim),
            "insutype": handle.insurance_type,
        }
