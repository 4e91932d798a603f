"""Banks and branches as we read them are those the published list holds."""

from zengin_code import Bank

from honnin.language.banks import bank_names, branch_names


def test_every_bank_is_known_by_its_name():
    assert dict(bank_names()) == {bank.name: code for code, bank in Bank.all.items()}


def test_every_branch_is_known_with_its_code_and_in_order():
    for code, bank in Bank.all.items():
        assert list(branch_names(code).items()) == [(own, branch.name) for own, branch in bank.branches.items()]
