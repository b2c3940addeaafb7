"""What stays on this machine between runs: locks. Lose it and the next run is slower, never different."""
