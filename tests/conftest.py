"""One suite, two sizes: ``YIBAO_SOAK=1`` runs the large counts; ``YIBAO_SEED`` replays a printed seed."""

import os
import random
import sys
from collections.abc import Callable

import pytest

SOAK = os.environ.get("YIBAO_SOAK") == "1"


@pytest.fixture(scope="session")
def size() -> Callable[[int, int], int]:
    """``size(test, soak)``: how many rounds this run does."""
    return lambda test, soak: soak if SOAK else test


@pytest.fixture
def seed(request: pytest.FixtureRequest) -> int:
    """The seed of a random test; printed when it fails, taken from YIBAO_SEED when that is set."""
    value = int(os.environ.get("YIBAO_SEED") or random.SystemRandom().randrange(2**32))
    request.node.add_report_section("setup", "seed", f"YIBAO_SEED={value}")
    return value


@pytest.fixture
def tell(request: pytest.FixtureRequest, capfd: pytest.CaptureFixture[str]) -> Callable[[str], None]:
    """``tell(what)``: said at once by a soak, whatever is captured: a night that ends early has told what it saw."""

    def telling(what: str) -> None:
        with capfd.disabled():
            print(f"{request.node.name}: {what}", file=sys.stderr, flush=True)

    return telling if SOAK else print
