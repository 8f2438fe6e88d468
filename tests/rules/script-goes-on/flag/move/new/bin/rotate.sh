#!/bin/sh
rsync -a /data/ backup:/data/
rm -rf /data/old
