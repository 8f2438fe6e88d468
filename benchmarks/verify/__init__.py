"""How long reading records and judging takes, against floors measured in the same run."""
