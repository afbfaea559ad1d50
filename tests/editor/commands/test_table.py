"""Each command does what the contract says of it."""

from typing import get_type_hints

from pprof_lens.contract import COMMANDS
from pprof_lens.editor.commands.table import TABLE


def test_each_command_of_the_contract_takes_and_answers_what_is_declared_there() -> None:
    declared = {}
    for name, command in TABLE.items():
        _, takes, answers = get_type_hints(command).values()
        declared[name] = takes, answers
    assert declared == COMMANDS
