#!/bin/bash
set -e

build
