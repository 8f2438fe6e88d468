#!/bin/bash
exec kubectl rollout restart deploy/api
