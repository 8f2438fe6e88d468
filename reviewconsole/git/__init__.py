"""Git as bytes: objects, refs, notes, journal, sync. Knows commits and refs, not what a note means.

merging     merge trees in a throw-away repository
process     the only module that starts git
objects     parse and re-hash raw objects
trees       compare two trees
repository  discovery, refs, commits, entries, patches, blobs
notes       read and write note trees by compare-and-swap
journal     append-only file that no git command touches
sync        fetch and push through a git directory of our own
"""
