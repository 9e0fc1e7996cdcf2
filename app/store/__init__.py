"""What is kept: tables, repositories, migrations, the vault of credentials, the job queue.

A repository is a module of functions. Each takes a ``Connection`` first (from
``Database.read()`` or ``Database.write()``) and everything else by keyword; whatever belongs
to a user is asked for with that user's id, so that another's rows are simply not there.
"""
