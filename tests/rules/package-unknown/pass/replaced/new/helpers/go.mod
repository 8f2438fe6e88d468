module example.org/helpers

require (
	example.org/vcs v1.12.0
	example.org/helpers/updater v0.0.0
)

replace example.org/helpers/updater => ./updater
