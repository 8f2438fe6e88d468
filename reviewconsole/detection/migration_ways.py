"""What the two functions of an alembic revision do."""

import ast
from dataclasses import dataclass

from reviewconsole import lazy_re as re
from reviewconsole.detection.migration_python import parse


@dataclass(frozen=True, kw_only=True, slots=True)
class Ways:
    """What the two functions of an alembic revision do; lines are 1-based, 0 where one is missing."""

    up: int
    down: int
    up_works: bool
    down_works: bool


def ways(lines: tuple[str, ...]) -> Ways | None:
    """The two ways of a revision; None for a file without `upgrade`, or one that does not parse."""
    tree = parse("\n".join(lines) + "\n")
    if tree is None:
        return None
    functions = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}
    up, down = functions.get("upgrade"), functions.get("downgrade")
    if up is None:
        return None
    return Ways(
        up=up.lineno, down=down.lineno if down else 0, up_works=_works(up), down_works=down is not None and _works(down)
    )


def _works(function: ast.FunctionDef) -> bool:
    """Tell a body that does something from one that passes, raises, returns or only talks."""
    for node in function.body:
        if isinstance(node, ast.Pass | ast.Raise | ast.Import | ast.ImportFrom):
            continue
        if isinstance(node, ast.Return) and not isinstance(node.value, ast.Call):
            continue
        if isinstance(node, ast.Expr):
            if isinstance(node.value, ast.Constant):
                continue
            if isinstance(node.value, ast.Call) and re.match(
                r"(print|warnings\.warn|log\w*\.\w+|logging\.\w+)$", ast.unparse(node.value.func)
            ):
                continue
        return True
    return False
