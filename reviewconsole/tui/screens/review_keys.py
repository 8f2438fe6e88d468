"""The keys of a review."""

from reviewconsole.tui.keys import key

HELP = (key("see.keys", "question_mark", "keys", "Keys", "All keys", show=True),)
DECIDING = (
    key("decide.accept", "a", "accept", "Accept", "Accept this hunk, go to the next undecided one", show=True),
    key("decide.refuse", "x", "refuse", "Refuse", "Refuse this hunk; asks for the reason", show=True),
    key("decide.undo", "u", "undo", "Undo", "Take back the last mark, answer or comment"),
    key("decide.tick", "r", "tick", "Viewed", "Note this hunk as viewed, or not; counts as read by no means"),
    key("decide.tick-file", "R", "tick_file", "File viewed", "Note all hunks of the file as viewed, or not"),
    key("decide.acknowledge", "exclamation_mark", "acknowledge", "Answer", "Answer the finding here", show=True),
    key(
        "decide.comment",
        "c",
        "comment",
        "Comment",
        "Comment on the line or the range, or change the comment here",
        show=True,
    ),
    key("decide.comment-file", "C", "comment_file", "File comment", "Comment on the file"),
    key("decide.drop", "delete,backspace", "drop", "Drop", "Take back the comment under the cursor"),
    key("decide.approve", "A", "approve", "Approve…", "Open the sheet that approves and signs", show=True),
    key("decide.reject", "X", "reject", "Reject…", "Open the sheet that rejects and signs", show=True),
    key("decide.publish", "P", "publish", "Publish", "Exchange records with the remote"),
    key(
        "decide.delta",
        "D",
        "delta",
        "Delta",
        "Show what changed since it was opened, or since a decision on an earlier content",
    ),
)
MOVING = (
    key("go.next-hunk", "right_square_bracket", "hunk(1)", "Next hunk", "Next hunk", show=True),
    key("go.previous-hunk", "left_square_bracket", "hunk(-1)", "Previous hunk", "Previous hunk"),
    key("go.next-file", "right_curly_bracket,full_stop", "file(1)", "Next file", "Next file"),
    key("go.previous-file", "left_curly_bracket,comma", "file(-1)", "Previous file", "Previous file"),
    key("go.next-finding", "right_parenthesis", "finding(1)", "Next finding", "Next finding", show=True),
    key("go.previous-finding", "left_parenthesis", "finding(-1)", "Previous finding", "Previous finding"),
    key("go.next-undecided", "greater_than_sign", "undecided(1)", "Next undecided", "Next hunk without a mark"),
    key(
        "go.previous-undecided", "less_than_sign", "undecided(-1)", "Previous undecided", "Previous hunk without a mark"
    ),
    key("go.search", "slash", "search", "Search", "Search in all lines and paths"),
    key("go.again", "n", "again(1)", "Next match", "Next match"),
    key("go.again-back", "N", "again(-1)", "Previous match", "Previous match"),
)
SEEING = (
    key("see.about", "i", "about", "About", "Provenance, boundary, requirements, messages", show=True),
    key("see.queue", "1", "leave", "Queue", "Back to the queue"),
    key("see.diff", "2", "diff", "Diff", "The diff alone"),
    key("see.findings", "3", "findings", "Findings", "Findings beside the diff", show=True),
    key("see.records", "4", "records", "Records", "Signed records beside the diff"),
    key("see.tree", "t", "tree", "Tree", "The files"),
    key("see.copy", "y", "copy(0)", "Copy", "Copy the code of the range or the hunk, without signs"),
    key("see.copy-patch", "Y", "copy(1)", "Copy patch", "Copy the range or the hunk with its signs"),
    key("see.edit", "e", "edit", "Edit", "Open the file at this line in your editor"),
    key("see.reload", "ctrl+r", "reload", "Reload", "Check the branch, read the records again"),
    key("see.back", "escape", "back", "Back", "Close the panel, or leave"),
    key("see.leave", "q", "leave", "Leave", "Back to the queue"),
)
