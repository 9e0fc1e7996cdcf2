"""The steps from an empty database to today's tables, one file each in ``versions``.

``HEAD`` is the last of them, written down so that asking "is it current?" needs no Alembic.
"""

HEAD = "0005"
