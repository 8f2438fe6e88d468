module example.org/helpers

require example.org/vcs v1.12.0
