#!/bin/sh
echo start
# [2Jclean
