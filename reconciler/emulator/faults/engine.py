"""The two hooks around a commit, and the rules behind them."""

from collections.abc import Sequence

from reconciler.emulator.faults.rule import Rule, pick
from reconciler.emulator.http.request import Request
from reconciler.emulator.http.response import Response


class Hooks:
    """What happens to one request before and after its commit."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        self._rules = rules

    async def before_commit(self, request: Request) -> Response | None:
        """Harm before anything is done; an answer given here replaces carrying out the request.

        Raises:
            DroppedError: Nothing is to be answered.
        """
        for rule in self._rules:
            response = await rule.before(request)
            if response is not None:
                return response
        return None

    async def after_commit(self, request: Request, response: Response) -> Response:
        """Harm after everything is done, to the answer alone.

        Raises:
            DroppedError: Nothing is to be answered.
        """
        for rule in self._rules:
            response = await rule.after(request, response)
        return response


_NO_HOOKS = Hooks(())


class Faults:
    """The rules of one server, in the order in which they were added."""

    def __init__(self) -> None:
        self._rules: list[Rule] = []

    def hooks(self, request: Request) -> Hooks:
        """The hooks for a request; counts it with every rule that is about its endpoint."""
        return Hooks(pick(self._rules, request)) if self._rules else _NO_HOOKS

    def add(self, rules: Sequence[Rule]) -> None:
        """Put rules behind those already there."""
        self._rules.extend(rules)

    def clear(self) -> None:
        """Stop doing harm."""
        self._rules.clear()

    def describe(self) -> list[dict[str, object]]:
        """Every rule with its counts."""
        return [rule.describe() for rule in self._rules]
