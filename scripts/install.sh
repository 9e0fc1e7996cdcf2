#!/bin/sh
# Put what a lock file names, and Seawall itself, into a virtual environment.
# Usage: install.sh VENV LOCK...   PYTHON may name the interpreter to build it with.
# Every file is checked against the hash in its lock; nothing is resolved here.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
venv=$1
shift

# A half-made environment (an interrupted first run, a Python that is gone) is made anew.
if ! "$venv/bin/python" -m pip --version >/dev/null 2>&1; then
    python=$("$here/find_python.sh" "${PYTHON:-}")
    echo "Making a virtual environment in $venv"
    "$python" -m venv --clear "$venv"
fi

echo "Installing from $* (a minute or so the first time)"
export PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_INPUT=1
locks=
for lock in "$@"; do
    locks="$locks -r $lock"
done
# shellcheck disable=SC2086  # $locks is a list of options
"$venv/bin/python" -m pip install -qq --require-hashes $locks
"$venv/bin/python" -m pip install -qq --no-deps --no-build-isolation --no-index --editable .
