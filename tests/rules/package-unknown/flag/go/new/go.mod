module a

require (
	github.com/pkg/errors v0.9.1
	github.com/pkg/retryx v1.0.0
)
