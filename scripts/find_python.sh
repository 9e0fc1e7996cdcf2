#!/bin/sh
# Print a Python 3.11 or newer that can make virtual environments, or say what is missing.
# Usage: find_python.sh [PYTHON]   (a name or path to use instead of searching)
set -u

new_enough='import sys; sys.exit(sys.version_info < (3, 11))'
whole='import ensurepip, venv'

if [ $# -gt 0 ] && [ -n "$1" ]; then
    candidates=$1
else
    candidates='python3 python3.13 python3.12 python3.11 python3.14 python'
fi

old=
bare=
for candidate in $candidates; do
    path=$(command -v "$candidate" 2>/dev/null) || continue
    if ! "$path" -c "$new_enough" 2>/dev/null; then
        old=$("$path" --version 2>&1) || old=
    elif ! "$path" -c "$whole" 2>/dev/null; then
        bare=$path
    else
        echo "$path"
        exit 0
    fi
done

{
    if [ -n "$bare" ]; then
        version=$("$bare" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
        echo "$bare cannot make virtual environments: its venv module is not installed."
        echo "On Debian or Ubuntu: apt install python$version-venv"
    else
        echo "Seawall needs Python 3.11 or newer${old:+; found only $old}."
        echo "Install one (Debian, Ubuntu: apt install python3 python3-venv; macOS: brew install python)"
        echo "or name one: make run PYTHON=/path/to/python3.12"
    fi
} >&2
exit 1
