#!/bin/bash

build
upload
