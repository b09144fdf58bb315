#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# run.bash FUZZER DICTIONARY FOUND SEEDS: searches for $FUZZ_SECONDS (60 by default), beginning with
# the seeds. New inputs go to the folder FOUND; what breaks something is kept there as crash-*.
set -euo pipefail
mkdir -p "$3"
exec "$1" -max_total_time="${FUZZ_SECONDS:-60}" -timeout=10 -rss_limit_mb=1024 -max_len=8192 \
  -dict="$2" -artifact_prefix="$3/" -print_final_stats=1 "$3" "$4"
