"""Bring git's bytes, the rules and the keys' answers together into values the pure core judges.

changes   which ranges are up for review, against which target
content   entries, blobs, hunks and the content digest of one change
policies  the policy in force, signers and revocations
records   every log, with signatures checked and chains followed
store     what all changes of a repository share
commit_signatures SSH signatures that commits bear
replaying which records carry by content or replay, which merges are mechanical
case      all of it for one change, and the gate's answer
landing   the same for what is on a target already
judging   the gate's answer to changes one by one
opening   which policy names the targets, what is shared, where trust begins
"""
