#!/bin/bash
set -euo pipefail

build
upload
