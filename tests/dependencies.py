"""`make audit`: what is known against the versions that constraints.txt names.

pip-audit asks PyPI about each; one that it could not ask about it passes over, and is content. Here that is a
failure of its own: exit code 1 is a vulnerability, 2 that the question had no answer.
"""

import json
import subprocess
import sys
from pathlib import Path

CONSTRAINTS = Path(__file__).parent.parent / "constraints.txt"


def main() -> int:
    """Ask, and say what was found."""
    command = [
        *(str(Path(sys.executable).parent / "pip-audit"), "--requirement", str(CONSTRAINTS)),
        *("--no-deps", "--disable-pip", "--progress-spinner", "off", "--format", "json"),
    ]
    asked = subprocess.run(command, capture_output=True, text=True, check=False)
    try:
        dependencies = json.loads(asked.stdout)["dependencies"]
    except (json.JSONDecodeError, KeyError):
        print((asked.stderr.strip().splitlines() or ["pip-audit says nothing"])[-1], file=sys.stderr)
        print("audit: no answer: the vulnerability service cannot be reached from here.", file=sys.stderr)
        return 2
    unasked = [one["name"] for one in dependencies if "skip_reason" in one]
    found = [(one, each) for one in dependencies for each in one.get("vulns", ())]
    for one, each in found:
        fixed = ", ".join(each["fix_versions"]) or "none yet"
        print(f"{one['name']} {one['version']}: {each['id']} (fixed in: {fixed})")
    print(
        f"audit: {len(dependencies) - len(unasked)} packages asked about, {len(found)} vulnerabilities known."
    )
    if unasked:
        print(
            f"audit: no answer about {len(unasked)} packages ({', '.join(unasked[:5])}…): "
            "the vulnerability service does not know them, or cannot be reached from here.",
            file=sys.stderr,
        )
    return 1 if found else 2 if unasked else 0


if __name__ == "__main__":
    raise SystemExit(main())
