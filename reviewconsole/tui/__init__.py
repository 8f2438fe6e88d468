"""The console. It knows values and one service; git, keys and files are out of its reach.

    service.py   what it asks of the outside        theme.py    themes/*.toml -> Theme, checked
    app.py       theme, palette of commands, sync   desk.py     service calls off the UI thread
    paint.py     pieces of text -> Strip and Content; every text passes `safe_text` here
    rows.py      which row of a diff is what; pure  coverage.py what was on screen; pure
    syntax.py    colours of source, in a thread     widgets/    screens/

Text of a repository is never parsed as markup, and reaches a widget through `paint` only.
"""
