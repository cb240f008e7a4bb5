"""What a user's own script does: three lines, no ``__main__`` guard, from any folder."""

import subprocess
import sys
from pathlib import Path

from csdata import sample

SCRIPT = """\
import csdata as cs
portfolio = cs.Portfolio.from_imports([cs.read_export("accounts.xlsx")])
open("curve.png", "wb").write(cs.export.image(cs.charts.survival(cs.survival(portfolio))))
"""


def test_three_lines_from_a_file_to_a_picture(tmp_path: Path) -> None:
    files = sample.files(sample.company(customers=120))
    (accounts,) = [data for name, data in files.items() if name.startswith("取引先一覧")]
    (tmp_path / "accounts.xlsx").write_bytes(accounts)
    (tmp_path / "script.py").write_text(SCRIPT, "utf-8")
    done = subprocess.run(
        [sys.executable, "script.py"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert (tmp_path / "curve.png").read_bytes().startswith(b"\x89PNG")
