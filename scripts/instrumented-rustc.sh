#!/bin/sh
# Cargo's RUSTC_WORKSPACE_WRAPPER while tests run: counts the lines of our crates, and leaves dependencies as they are.
exec "$@" -C instrument-coverage
