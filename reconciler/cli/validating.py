"""`reconciler validate`: offline, and the command that people wait for most often, so it loads little."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from reconciler.cli.input_options import given_by
from reconciler.cli.selection import reading_of, refuse_plans
from reconciler.cli.target import forms_of, profile_of, remembering
from reconciler.control.manifests import check
from reconciler.control.policies import policies_at
from reconciler.control.secrets import Purpose, Values
from reconciler.model.result import Result

if TYPE_CHECKING:
    import argparse

    from reconciler.cli.console import Console


def validate(options: argparse.Namespace, console: Console) -> Result:
    """`reconciler validate`."""
    refuse_plans(options)
    judges, reading = policies_at(options.policy), reading_of(options)
    with remembering(options, console) as store:
        _, found = check(
            options.paths,
            profile_of(options),
            judges,
            reading=reading,
            given=given_by(options),
            strict=options.strict,
            forms=forms_of(store),
            values=Values(Purpose.CHECK, os.environ),
        )
    return Result("validate", diagnostics=found)
