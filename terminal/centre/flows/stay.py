"""A stay with its whole bill: 2401 admits, 2301 uploads the items, 2402 discharges, 2303 asks, 2304 settles."""

from contextlib import suppress
from typing import Any, ClassVar

import msgspec

from terminal.centre import claims
from terminal.centre.faults import CentreAnswerBroken, CentreRefused
from terminal.centre.flows.handle import Handle, Steps, handle_for, trial_of
from terminal.centre.messages.inpatient import (
    AdmissionAnswer,
    AdmissionRequest,
    Discharge,
    DischargeRequest,
    Stay,
    StayCancelRequest,
    StayDiagnosis,
    StayFeeCancelRequest,
    StayFeeItem,
    StayFeeKey,
    StayFeeRequest,
    StayKey,
    StaySettlement,
    StaySettlementRequest,
)
from terminal.centre.messages.settlement import NoAnswer, SettlementAnswer
from terminal.centre.outcomes import Trial
from terminal.documents import Claim, Insurance, Person

EVERY_ROW = "0000"
"""The row of 2302 that means all."""

HOME = "1"
"""dscg_way 离院方式: 医嘱离院."""


class StayFlow(Steps):
    """住院. What the patient prepaid is money between patient and hospital; the centre does not hear of it."""

    settles: ClassVar[str] = "2304"

    def trial(self, claim: Claim, person: Person, insurance: Insurance) -> Trial:
        """2401, 2301 in as many calls as the profile wants, 2402, 2303."""
        handle = self._admitted(claim, person, insurance)
        with self._given_up_on_fault(handle):
            rows = self._rows(handle, claim)
            items = self._uploaded("2301", lambda part: StayFeeRequest(feedetail=part), rows, handle)
            self._ask("2402", self._discharge(handle, claim), NoAnswer, handle)
            content = StaySettlementRequest(data=StaySettlement(**self._figures(handle, claim)))
            answer = self._ask("2303", content, SettlementAnswer, handle)
            return trial_of(self._exchange, answer, claim, handle, "2303", items)

    def settlement(self, handle: Handle, claim: Claim) -> StaySettlementRequest:
        """2304: all of 2303, and the four parts of its answer."""
        figures = self._figures(handle, claim) | {"invono": claims.invoice(claim)} | handle.parts
        return StaySettlementRequest(data=StaySettlement(**figures))

    def give_up(self, handle: Handle) -> None:
        """2405 takes the discharge back where there was one, 2302 the rows, 2404 the admission."""
        key = StayCancelRequest(data=StayKey(mdtrt_id=handle.visit_number, psn_no=handle.person_number))
        with suppress(CentreRefused):  # not discharged yet
            self._ask("2405", key, NoAnswer, handle)
        rows = StayFeeKey(feedetl_sn=EVERY_ROW, mdtrt_id=handle.visit_number, psn_no=handle.person_number)
        self._ask("2302", StayFeeCancelRequest(data=(rows,)), NoAnswer, handle)
        self._ask("2404", key, NoAnswer, handle)

    def _admitted(self, claim: Claim, person: Person, insurance: Insurance) -> Handle:
        visit, by = claim.visit, self._attendance
        handle = handle_for("stay", claim, person, insurance, self._exchange.numbers())
        code, name = claims.diagnosis(claim, by)
        stay = Stay(
            psn_no=person.number,
            insutype=handle.insurance_type,
            begntime=claims.instant(visit.begin),
            **self._shown(handle, claim),
            med_type=claims.med_type(claim, self._exchange.profile),
            ipt_no=handle.own_number,
            medrcdno=visit.admission_number,
            atddr_no=by.doctor,
            chfpdr_name=by.doctor_name,
            adm_diag_dscr=name,
            adm_dept_codg=by.department,
            adm_dept_name=by.department_name,
            adm_bed=by.bed,
            dscg_maindiag_code=code,
            dscg_maindiag_name=name,
            dise_codg=visit.disease,
            dise_name=visit.disease_name,
        )
        content = AdmissionRequest(mdtrtinfo=stay, diseinfo=(self._diagnosis(handle, claim),))
        admitted = self._ask("2401", content, AdmissionAnswer, handle).result
        if admitted is None or not admitted.mdtrt_id:
            raise CentreAnswerBroken(transaction="2401", place="result.mdtrt_id", found="is absent")
        return msgspec.structs.replace(handle, visit_number=admitted.mdtrt_id)

    def _diagnosis(self, handle: Handle, claim: Claim) -> StayDiagnosis:
        by = self._attendance
        code, name = claims.diagnosis(claim, by)
        return StayDiagnosis(
            mdtrt_id=handle.visit_number,
            psn_no=handle.person_number,
            diag_type="1",
            maindiag_flag="1",
            diag_srt_no=1,
            diag_code=code,
            diag_name=name,
            diag_dept=by.department,
            dise_dor_no=by.doctor,
            dise_dor_name=by.doctor_name,
            diag_time=claims.instant(claim.visit.begin),
        )

    def _discharge(self, handle: Handle, claim: Claim) -> DischargeRequest:
        by = self._attendance
        return DischargeRequest(
            dscginfo=Discharge(
                mdtrt_id=handle.visit_number,
                psn_no=handle.person_number,
                insutype=handle.insurance_type,
                endtime=claims.instant(claim.visit.end or claim.visit.begin),
                dise_codg=claim.visit.disease,
                dise_name=claim.visit.disease_name,
                dscg_dept_codg=by.department,
                dscg_dept_name=by.department_name,
                dscg_bed=by.bed,
                dscg_way=HOME,
            ),
            diseinfo=(self._diagnosis(handle, claim),),
        )

    def _rows(self, handle: Handle, claim: Claim) -> tuple[StayFeeItem, ...]:
        by, kind = self._attendance, claims.med_type(claim, self._exchange.profile)
        return tuple(
            StayFeeItem(
                **claims.item(position, line, claim),
                mdtrt_id=handle.visit_number,
                psn_no=handle.person_number,
                drord_no=line.prescription,
                med_type=kind,
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
            "medfee_sumamt": claims.total(claim),
            "psn_setlway": "01",
            "mdtrt_id": handle.visit_number,
            "insutype": handle.insurance_type,
            "acct_used_flag": claims.account_flag(claim),
            "mid_setl_flag": "0",
            "dscg_time": (claim.visit.end or claim.visit.begin).date().isoformat(),
        }
