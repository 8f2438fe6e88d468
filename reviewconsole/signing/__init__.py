"""SSH signatures: verify strictly, sign with a file, an agent or a security key.

sshsig    the format and the strict verifier (OpenSSH PROTOCOL.sshsig)
check     one signature against an allowed_signers file
signer    who can sign: file, agent, security key
keystore  passphrases in the OS keyring; the only module that names keyring
select    which key is the reviewer's
"""
