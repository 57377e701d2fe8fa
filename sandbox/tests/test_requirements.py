"""What is installed from outside: every package pinned, with the hashes of its files, and the same everywhere."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FILES = ["sandbox/requirements.txt", "sandbox/requirements-dev.txt", "bench/requirements.txt", ".ci/requirements.txt"]


def pins(file: str) -> dict[str, str]:
    """Returns each requirement, with its marker, and what stands below it; a line that is neither fails."""
    content = "\n".join(line for line in (ROOT / file).read_text().splitlines() if not line.lstrip().startswith("#"))
    found = {}
    for entry in re.split(r"\n(?=\S)", content.replace("\\\n", " ").strip()):
        requirement, *hashes = re.split(r"\s+--hash=", entry.strip())
        assert re.fullmatch(r"[a-z0-9-]+==[^\s;]+( ; .+)?", requirement), requirement
        assert hashes and all(re.fullmatch(r"sha256:[0-9a-f]{64}", each) for each in hashes), requirement
        found[requirement] = hashes
    return found


@pytest.mark.parametrize("file", FILES)
def test_every_package_is_pinned_with_the_hashes_of_its_files(file: str) -> None:
    assert pins(file)
    wanted = (ROOT / file).with_suffix(".in").read_text().splitlines()
    named = [line for line in wanted if line and not line.startswith(("#", "-r"))]
    # One version each, or one for older Pythons besides.
    known = {each.partition(" ;")[0].partition("==")[0]: each for each in pins(file)}
    for name in named:
        assert name.partition("==")[0].lower() in known, name
        assert "==" not in name or name.lower() in {each.partition(" ;")[0] for each in pins(file)}, name


def test_the_tests_have_the_sandbox_s_own_packages() -> None:
    """Only for which Pythons a package is needed may differ."""
    versions = [
        {name.partition(" ;")[0]: hashes for name, hashes in pins(f"sandbox/{file}").items()}
        for file in ("requirements.txt", "requirements-dev.txt")
    ]
    assert versions[0].items() <= versions[1].items()
