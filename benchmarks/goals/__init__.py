"""One file a goal of docs/performance.md, each measured against a floor or a peer in the same rounds."""
