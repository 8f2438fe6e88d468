#!/bin/bash
set -o errexit

build
