"""Those who decide about what is held or in doubt: they look at the far end's books, and do what is true."""

import random
from collections import Counter
from dataclasses import dataclass

from offline_queue import Queue
from offline_queue.ports import Item
from offline_queue.vocabulary import EXPORTED, OPEN, Decision, State
from tests.offline_queue.far_end import FickleFarEnd
from tests.offline_queue.faulty import Chore, Fault
from tests.offline_queue.hubs import Hub
from tests.offline_queue.site import Site, keys


@dataclass
class Persons:
    """Two honest ones, at the terminals and at the hub if the site has one."""

    site: Site
    far: FickleFarEnd
    hub: Hub | None
    chance: random.Random
    met: Counter[tuple[State | Chore, Fault]]

    def decide(self) -> None:
        """An operator looks at the far end, after the horizon, and at the other terminal, and does what is true."""
        if self.hub:
            self._decide_at_the_hub(self.hub.queue)
        desks = self.site.opened()
        carried = set().union(*map(keys, desks[1:]))
        for desk in desks:
            elsewhere = carried if desk is desks[0] else set()
            for item in desk.items([State.HELD, State.IN_DOUBT]):
                choices = self.hub.choices(desk, item) if self.hub else desk.choices(item)
                true = [choice for choice in choices if self._is_true(item, choice, item.key in elsewhere)]
                if true:
                    self.met[item.state, Fault.OPERATOR] += 1
                    desk.resolve(item.key, self.chance.choice(true), by=("cashier", "chief"), reason="decided")

    def _decide_at_the_hub(self, hub: Queue) -> None:
        """They look at the terminals too: a hub that was put back has open what both may have ended since."""
        for item in hub.items([State.HELD, State.IN_DOUBT]):
            known = [items[-1] for desk in self.site.opened() if (items := desk.items_of(item.key))]
            over = bool(known) and known[-1].state not in (*OPEN, State.ACCEPTED)  # the last has what was carried there
            if true := [choice for choice in hub.choices(item) if self._is_true(item, choice, over)]:
                hub.resolve(item.key, self.chance.choice(true), by=("cashier", "chief"), reason="decided")

    def _is_true(self, item: Item, choice: Decision, elsewhere: bool) -> bool:
        """Whether a decision fits what an honest person finds."""
        if elsewhere or item.reason == EXPORTED:
            return choice is Decision.CLOSE and elsewhere
        over = not any(key == item.key for _, _, key in self.far.late)
        settled = self.far.effective(item.key) > 0
        if choice is Decision.REVERSE:
            effect = self.far.effects.get(item.number)
            return not settled or (effect is not None and not effect.reversed)
        return over and (choice is Decision.ACCEPT) == settled
